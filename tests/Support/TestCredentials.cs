namespace S3Sync.Tests.Support;

/// <summary>The one identity both servers of the tests know. They listen on loopback only, so it guards nothing.</summary>
static class TestCredentials
{
    public const string AccessKey = "testaccesskey0000000";
    public const string SecretKey = "testsecretkey00000000000000000000000000";
    public const string Region = "us-east-1";
}
