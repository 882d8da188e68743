namespace Amqp.Tests.Fuzz.Targets;

/// <summary>
/// Creates folders for files that are written and read thousands of times. The folders are in memory if the system has <c>/dev/shm</c>.
/// </summary>
internal static class FastFolder
{
    private const string Memory = "/dev/shm";

    public static string Create()
    {
        string parent = Directory.Exists(Memory) ? Memory : Path.GetTempPath();
        return Directory.CreateDirectory(Path.Combine(parent, $"amqpbroker-fuzz-{Path.GetRandomFileName()}")).FullName;
    }
}
