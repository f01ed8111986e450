-- The component of a version that was uploaded, as it is kept; null for versions that are built from source.

ALTER TABLE versions ADD COLUMN uploaded_sha256 TEXT;
