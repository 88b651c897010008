using System.Runtime.InteropServices;

namespace S3Sync.Sync.Linux;

/// <summary>
/// Linux's error numbers in words, for those that calls on files give: errno(3), and the manual pages of the calls. The numbers are those of
/// asm-generic/errno.h, which all of .NET's architectures have. Has no state.
/// </summary>
static class ErrnoWords
{
    const string Dead = "its disk or the way to it fails: dmesg tells more";
    const string Away = "a network or FUSE mount: see that its server answers, then mount it again";
    const string Full = "free space or inodes on its volume (df, df -i)";

    public static SystemError Explain(int error)
    {
        var (name, words, hint) = Of(error);
        // glibc and musl tell it in English as long as nobody calls setlocale(3), which .NET does not.
        return new(words ?? Marshal.GetPInvokeErrorMessage(error).ToLowerInvariant(), name is null ? $"errno {error}" : $"{name}, {error}", hint);
    }

    /// <summary>Whose fault it is where a file is opened, looked at or read; or deleted.</summary>
    public static Culprit CulpritOf(int error, bool deleting) => Of(error).Name switch
    {
        // A bad sector, or all of the disk.
        "EIO" or "EUCLEAN" or "EBADMSG" or "EREMOTEIO" or "ENODATA" or "EPROTO" => Culprit.Either,
        "ENODEV" or "ENOMEDIUM" or "ENOLINK" or "ENOTCONN" or "ESHUTDOWN" or "ESTALE" or "ETIMEDOUT" or "EHOSTDOWN" or "EHOSTUNREACH" or "ENETDOWN"
            or "ENETUNREACH" or "ECONNREFUSED" or "ECONNRESET" or "ECONNABORTED" or "ENONET" or "ECOMM" or "EKEYEXPIRED" or "EKEYREVOKED" or "ENOKEY" => Culprit.Volume,
        // File systems that copy what they change need room to delete.
        "EROFS" or "ENOSPC" or "EDQUOT" when deleting => Culprit.Volume,
        _ => Culprit.File,
    };

    static (string? Name, string? Words, string? Hint) Of(int error) => error switch
    {
        1 => ("EPERM", "operation not permitted", "a file that must not be changed (lsattr), a sticky directory, or a sandbox?"),
        2 => ("ENOENT", "no such file or directory", null),
        4 => ("EINTR", "interrupted", null),
        5 => ("EIO", "input/output error", Dead),
        6 => ("ENXIO", "no such device or address", null),
        9 => ("EBADF", "bad file descriptor", null),
        11 => ("EAGAIN", "somebody holds it", null),
        12 => ("ENOMEM", "out of memory", "more memory for this process or the kernel, or fewer uploads at the same time (-u)"),
        13 => ("EACCES", "permission denied", "see the rights of the file and of every directory above it, SELinux's and AppArmor's among them"),
        16 => ("EBUSY", "device or resource busy", null),
        17 => ("EEXIST", "it exists already", null),
        18 => ("EXDEV", "it is on another volume", null),
        19 => ("ENODEV", "no such device", "its disk or mount is gone: mount it again"),
        20 => ("ENOTDIR", "not a directory", null),
        21 => ("EISDIR", "it is a directory", null),
        22 => ("EINVAL", "invalid argument", "its file system does not support this?"),
        23 => ("ENFILE", "too many files are open on this machine", "raise fs.file-max (sysctl)"),
        24 => ("EMFILE", "too many files are open in this process", "raise the limit: LimitNOFILE= of the systemd unit, ulimit -n"),
        26 => ("ETXTBSY", "it is a program that runs", null),
        27 => ("EFBIG", "file too large", null),
        28 => ("ENOSPC", "no space left on the device", Full),
        30 => ("EROFS", "read-only file system", "it was mounted so, or was made so after an error: dmesg tells; mount -o remount,rw"),
        31 => ("EMLINK", "too many links", null),
        34 => ("ERANGE", "result out of range", null),
        36 => ("ENAMETOOLONG", "file name too long", "names have at most 255 bytes"),
        37 => ("ENOLCK", "no locks available", "the lock service of its network mount does not answer"),
        38 => ("ENOSYS", "this kernel cannot do that", null),
        39 => ("ENOTEMPTY", "directory not empty", null),
        40 => ("ELOOP", "a symbolic link, or a loop of them", "s3sync follows none: watch the directory it leads to"),
        61 => ("ENODATA", "no data available", Dead),
        64 => ("ENONET", "machine is not on the network", Away),
        67 => ("ENOLINK", "the link to its server is cut", Away),
        70 => ("ECOMM", "communication error", Away),
        71 => ("EPROTO", "protocol error", Away),
        74 => ("EBADMSG", "its checksum is wrong: the file system is damaged", "check it (fsck, scrub)"),
        75 => ("EOVERFLOW", "value too large", null),
        84 => ("EILSEQ", "not valid UTF-8", null),
        95 => ("EOPNOTSUPP", "its file system does not support this", null),
        100 => ("ENETDOWN", "network is down", Away),
        101 => ("ENETUNREACH", "network is unreachable", Away),
        103 => ("ECONNABORTED", "connection aborted", Away),
        104 => ("ECONNRESET", "connection reset by its server", Away),
        105 => ("ENOBUFS", "no buffer space available", null),
        107 => ("ENOTCONN", "its server or FUSE process is gone", Away),
        108 => ("ESHUTDOWN", "its file system was shut down", "dmesg tells why; mount it again"),
        110 => ("ETIMEDOUT", "its server did not answer in time", Away),
        111 => ("ECONNREFUSED", "connection refused by its server", Away),
        112 => ("EHOSTDOWN", "its server is down", Away),
        113 => ("EHOSTUNREACH", "no route to its server", Away),
        116 => ("ESTALE", "stale file handle", Away),
        117 => ("EUCLEAN", "its file system is damaged", "dmesg tells more; check it (fsck)"),
        121 => ("EREMOTEIO", "remote input/output error", Dead),
        122 => ("EDQUOT", "disk quota exceeded", "raise the quota, or free space within it (quota)"),
        123 => ("ENOMEDIUM", "no medium in the drive", "put it back"),
        124 => ("EMEDIUMTYPE", "wrong medium type", null),
        126 => ("ENOKEY", "the key to read it is not there", "unlock the directory (fscrypt, Kerberos)"),
        127 => ("EKEYEXPIRED", "the ticket or key to read it has expired", "renew it (kinit, for this account)"),
        128 => ("EKEYREVOKED", "the key to read it was revoked", null),
        129 => ("EKEYREJECTED", "the key to read it was rejected", null),
        _ => (null, null, null),
    };
}
