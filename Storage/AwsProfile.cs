namespace S3Sync.Storage;

/// <summary>Which profile of which files holds the credentials, where the settings say so and not the AWS environment.</summary>
/// <param name="Name">The profile, before all else; null for the order of the AWS tools.</param>
/// <param name="ConfigFile">Absolute path of the shared config file; null for where the AWS tools look.</param>
/// <param name="CredentialsFile">Absolute path of the shared credentials file; null for where the AWS tools look.</param>
readonly record struct AwsProfile(string? Name, string? ConfigFile, string? CredentialsFile);
