/** This platform's admins vouch for it. */
export function Verified() {
  return (
    <span
      className="inline-flex items-center gap-1 text-xs font-medium text-accent"
      title="Vouched for by this platform"
    >
      <svg aria-hidden="true" viewBox="0 0 16 16" className="size-3.5">
        <path
          d="M8 1.500 13.500 4v4c0 3.500-2.500 5.500-5.500 6.500C5 13.500 2.500 11.500 2.500 8V4zM5.500 8l1.800 1.800L10.500 6.500"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.5"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
      Verified
    </span>
  );
}
