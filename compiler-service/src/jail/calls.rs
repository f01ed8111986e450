//! Which system calls the jail lets through.

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    sock_filter,
};

/// The newest call that is known here, of Linux 6.5: numbers are the same for all architectures from 424 on. What came
/// later is answered as a kernel answers that does not have it; so are the numbers of x32, a second name for every call.
const NEWEST: u32 = 451;

/// What a compiler never asks for. Refused with EPERM rather than death, so that a library's probe only fails.
const DENIED: &[i64] = &[
    // Network, other programs' memory and queues, and anything that could carry a descriptor in or out.
    libc::SYS_socket,
    libc::SYS_socketpair,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_accept,
    libc::SYS_accept4,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_shmget,
    libc::SYS_shmat,
    libc::SYS_semget,
    libc::SYS_msgget,
    libc::SYS_mq_open,
    libc::SYS_memfd_create,
    libc::SYS_memfd_secret,
    // Other processes, and leaving the process group by which this one is ended.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_process_mrelease,
    libc::SYS_kcmp,
    libc::SYS_kill,
    libc::SYS_tkill,
    libc::SYS_rt_sigqueueinfo,
    libc::SYS_rt_tgsigqueueinfo,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_send_signal,
    libc::SYS_setsid,
    libc::SYS_setpgid,
    libc::SYS_setpriority,
    // File rights that Landlock doesn't hold, or not in its old versions.
    libc::SYS_truncate,
    libc::SYS_fchmodat,
    libc::SYS_fchownat,
    libc::SYS_mknodat,
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_fsetxattr,
    libc::SYS_removexattr,
    libc::SYS_lremovexattr,
    libc::SYS_fremovexattr,
    libc::SYS_utimensat,
    libc::SYS_name_to_handle_at,
    libc::SYS_open_by_handle_at,
    libc::SYS_inotify_init1,
    libc::SYS_fanotify_init,
    // The machine.
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_personality,
    libc::SYS_syslog,
    libc::SYS_acct,
    libc::SYS_quotactl,
    libc::SYS_quotactl_fd,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_reboot,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
];

/// The older names that this architecture alone has.
#[cfg(target_arch = "x86_64")]
const DENIED_OLD: &[i64] = &[
    libc::SYS_chmod,
    libc::SYS_chown,
    libc::SYS_lchown,
    libc::SYS_mknod,
    libc::SYS_utime,
    libc::SYS_utimes,
    libc::SYS_futimesat,
    libc::SYS_inotify_init,
    libc::SYS_iopl,
    libc::SYS_ioperm,
    libc::SYS_modify_ldt,
    libc::SYS_uselib,
];
#[cfg(not(target_arch = "x86_64"))]
const DENIED_OLD: &[i64] = &[];

/// Holds this process and all that it becomes to them.
pub(super) fn apply() -> Result<(), String> {
    for filter in [known()?, denied()?] {
        seccompiler::apply_filter(&filter).map_err(|e| e.to_string())?;
    }
    Ok(())
}

fn denied() -> Result<BpfProgram, String> {
    let unusable = |e: seccompiler::BackendError| e.to_string();
    let mut rules: BTreeMap<i64, _> = DENIED.iter().chain(DENIED_OLD).map(|call| (*call, Vec::new())).collect();
    // A process that aborts sends itself the signal, and reads its own limits as process 0.
    for (call, own) in [(libc::SYS_tgkill, std::process::id()), (libc::SYS_prlimit64, 0)] {
        let another = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Ne, own.into());
        let another = another.and_then(|another| SeccompRule::new(vec![another])).map_err(unusable)?;
        rules.insert(call, vec![another]);
    }
    let refuse = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    let arch = std::env::consts::ARCH.try_into();
    let filter = arch.and_then(|arch| SeccompFilter::new(rules, SeccompAction::Allow, refuse, arch));
    filter.and_then(BpfProgram::try_from).map_err(unusable)
}

/// Lets through what has a number up to [`NEWEST`]; seccompiler's own filters compare for equality only.
fn known() -> Result<BpfProgram, String> {
    let step = |code: u32, jt, k| -> Result<sock_filter, String> {
        Ok(sock_filter { code: u16::try_from(code).map_err(|e| e.to_string())?, jt, jf: 0, k })
    };
    let answer = libc::BPF_RET | libc::BPF_K;
    Ok(vec![
        // The first word of `seccomp_data` is the number.
        step(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0)?,
        step(libc::BPF_JMP | libc::BPF_JGT | libc::BPF_K, 1, NEWEST)?,
        step(answer, 0, libc::SECCOMP_RET_ALLOW)?,
        step(answer, 0, libc::SECCOMP_RET_ERRNO | libc::ENOSYS.unsigned_abs())?,
    ])
}
