namespace S3Sync.Sync.Linux;

/// <summary>The error numbers that mean something to us, from errno(3), and what each says of one file.</summary>
static class Errno
{
    public const int EPERM = 1, ENOENT = 2, EINTR = 4, EIO = 5, ENXIO = 6, EBADF = 9, EAGAIN = 11, ENOMEM = 12, EACCES = 13, EBUSY = 16, EEXIST = 17, ENOTDIR = 20, EINVAL = 22, ENFILE = 23, EMFILE = 24;
    public const int ETXTBSY = 26, ENOSPC = 28, ENAMETOOLONG = 36, ENOSYS = 38, ENOTEMPTY = 39, ELOOP = 40, EILSEQ = 84;

    /// <summary>The outcome a failed call stands for.</summary>
    public static AccessResult Outcome(int error) => new(error switch
    {
        ENOENT or ENOTDIR => Access.Missing,
        EACCES or EPERM => Access.Denied,
        // ELOOP: a link, refused by O_NOFOLLOW. ENXIO: a socket.
        ELOOP or ENXIO => Access.NotRegular,
        // EAGAIN: a lease is in the way (open(2) with O_NONBLOCK). EBUSY, ETXTBSY: in use by the kernel or as a program.
        EAGAIN or EBUSY or ETXTBSY => Access.Busy,
        _ => Access.Failed,
    }, error);
}
