namespace Amqp.Tests.Interop;

/// <summary>
/// The pika programs. Any Python that has pika will do; else pika comes from PyPI into a folder beside the tests,
/// else from Debian for its own Python.
/// </summary>
internal sealed class PythonPrograms : ClientPrograms
{
    private const string DebianPython = "/usr/bin/python3";
    private static readonly string _packages = Path.Combine(AppContext.BaseDirectory, "interop-python");
    private string _interpreter = "python3";

    protected override string Interpreter => _interpreter;

    protected override string Folder { get; } = Path.Combine(InteropTests(), "python");

    protected override IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>
    {
        ["PYTHONPATH"] = _packages, // empty or not there unless pip had to help
        ["PYTHONUNBUFFERED"] = "1", // each line is to be seen when it is printed
        ["PYTHONDONTWRITEBYTECODE"] = "1",
    };

    protected override string FileName(string program) => program + ".py";

    protected override async Task<string?> InstallAsync()
    {
        if (await FindAsync())
            return null;

        CommandResult pip = await Command.RunAsync(
            "python3", ["-m", "pip", "install", "--quiet", "--retries", "1", "--timeout", "15", "--target", _packages, "pika"]);
        if (pip.Succeeded && await FindAsync())
            return null;

        await Command.RunAsync("apt-get", ["update", "-q"]);
        CommandResult apt = await Command.RunAsync("apt-get", ["install", "-q", "-y", "--no-install-recommends", "python3-pika"]);
        if (await FindAsync())
            return null;
        return $"No Python with pika here. pip: {pip.LastLine} apt-get: {apt.LastLine}";
    }

    private async Task<bool> FindAsync()
    {
        foreach (string candidate in new[] { "python3", DebianPython })
        {
            if ((await Command.RunAsync(candidate, ["-c", "import pika"], environment: Environment)).Succeeded)
            {
                _interpreter = candidate;
                return true;
            }
        }

        return false;
    }
}
