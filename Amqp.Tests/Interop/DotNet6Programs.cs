namespace Amqp.Tests.Interop;

/// <summary>The programs of RabbitMQ.Client 6: one assembly that the solution builds, as the library cannot share a program with its version 7.</summary>
internal sealed class DotNet6Programs : ClientPrograms
{
    /// <summary><c>artifacts/bin</c>, and the configuration that the tests were built with.</summary>
    private static readonly DirectoryInfo _output = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));

    protected override string Interpreter => "dotnet";

    protected override string Folder { get; } = Path.Combine(_output.Parent!.Parent!.FullName, "RabbitMqClient6", _output.Name);

    protected override string FileName(string program) => "RabbitMqClient6.dll";

    protected override string[] Arguments(string program, string[] arguments) => [program, .. arguments];

    protected override Task<string?> InstallAsync() =>
        Task.FromResult(File.Exists(Path.Combine(Folder, FileName(""))) ? null : "interop-tests/rabbitmq-client-6 is not built.");
}
