namespace Amqp.Tests.Interop;

/// <summary>
/// The test programs that use one client library for Python. If the library is missing, it is installed from PyPI or from Debian.
/// </summary>
internal sealed class PythonPrograms : ClientPrograms
{
    private const string DebianPython = "/usr/bin/python3";

    private readonly string _library;
    private readonly string _packages;
    private string _interpreter = "python3";

    /// <param name="folder">The folder of <c>interop-tests</c> that holds the programs.</param>
    /// <param name="library">Name of the module and of the PyPI package; the Debian package has the prefix <c>python3-</c>.</param>
    public PythonPrograms(string folder, string library)
    {
        _library = library;
        _packages = Path.Combine(AppContext.BaseDirectory, $"interop-{folder}");
        Folder = Path.Combine(InteropTests(), folder);
        Environment = new Dictionary<string, string>
        {
            ["PYTHONPATH"] = _packages, // the folder into which pip installs packages
            ["PYTHONUNBUFFERED"] = "1", // makes Python print each line at once, so that the test can read it
            ["PYTHONDONTWRITEBYTECODE"] = "1",
        };
    }

    protected override string Interpreter => _interpreter;

    protected override string Folder { get; }

    protected override IReadOnlyDictionary<string, string> Environment { get; }

    protected override string FileName(string program) => program + ".py";

    protected override async Task<string?> InstallAsync()
    {
        if (await FindAsync())
            return null;

        CommandResult pip = await Command.RunAsync(
            "python3", ["-m", "pip", "install", "--quiet", "--retries", "1", "--timeout", "15", "--target", _packages, _library]);
        if (pip.Succeeded && await FindAsync())
            return null;

        CommandResult apt = await DebianPackages.InstallAsync($"python3-{_library}");
        if (await FindAsync())
            return null;
        return $"No Python with {_library} here. pip: {pip.LastLine} apt-get: {apt.LastLine}";
    }

    private async Task<bool> FindAsync()
    {
        foreach (string candidate in new[] { "python3", DebianPython })
        {
            if ((await Command.RunAsync(candidate, ["-c", $"import {_library}"], environment: Environment)).Succeeded)
            {
                _interpreter = candidate;
                return true;
            }
        }

        return false;
    }
}
