using Xunit;

namespace S3Sync.Tests.Support;

/// <summary>Its tests run when no other does: some count what the whole process allocates, some lower a limit of the kernel's for a moment.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
