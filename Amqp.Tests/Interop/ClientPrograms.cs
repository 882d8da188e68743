namespace Amqp.Tests.Interop;

/// <summary>
/// Starts the programs of one language, and installs their dependencies. All test classes of a run share one object for each language.
/// </summary>
internal abstract class ClientPrograms
{
    private static readonly PythonPrograms _python = new("python", "pika");
    private static readonly NodePrograms _node = new();
    private static readonly PythonPrograms _celery = new("celery", "celery");
    private static readonly DotNetPrograms _dotNet6 = new("rabbitmq-client-6", "RabbitMqClient6");
    private static readonly DotNetPrograms _massTransit = new("masstransit", "MassTransit8");
    private readonly Lazy<Task<string?>> _missing;

    protected ClientPrograms() => _missing = new Lazy<Task<string?>>(InstallAsync);

    public static ClientPrograms Of(ClientLanguage language) => language switch
    {
        ClientLanguage.Python => _python,
        ClientLanguage.Node => _node,
        ClientLanguage.Celery => _celery,
        ClientLanguage.DotNet6 => _dotNet6,
        ClientLanguage.MassTransit => _massTransit,
        _ => throw new ArgumentOutOfRangeException(nameof(language)),
    };

    /// <summary>Installs the dependencies of the programs, once per run. Returns the name of missing software, or null.</summary>
    public Task<string?> WhatIsMissingAsync() => _missing.Value;

    /// <summary>Starts a program. In every language, its name is written as in Python, such as <c>hello_producer</c>.</summary>
    public ClientProgram Start(Uri broker, string program, params string[] arguments) =>
        new(Interpreter, Path.Combine(Folder, FileName(program)), Arguments(program, arguments), new Dictionary<string, string>(Environment)
        {
            ["AMQP_URL"] = broker.OriginalString,
        });

    protected abstract string Interpreter { get; }

    protected abstract string Folder { get; }

    protected virtual IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>();

    protected abstract string FileName(string program);

    /// <summary>
    /// Returns the arguments for the executed file. If one file contains all programs of a language, the program's name comes first.
    /// </summary>
    protected virtual string[] Arguments(string program, string[] arguments) => arguments;

    protected abstract Task<string?> InstallAsync();

    /// <summary>Returns the path of the folder <c>interop-tests</c>, which is in a parent folder of the compiled tests.</summary>
    protected static string InteropTests()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "interop-tests");
            if (Directory.Exists(candidate))
                return candidate;
        }

        throw new DirectoryNotFoundException($"No interop-tests folder above {AppContext.BaseDirectory}.");
    }
}
