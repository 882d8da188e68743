namespace Amqp.Tests.Interop;

/// <summary>
/// The programs that use one .NET library. All programs are in one assembly. Its first command-line argument names the program to run.
/// </summary>
/// <param name="folder">The folder of <c>interop-tests</c> that holds the programs.</param>
/// <param name="assembly">The name of the project and of its assembly.</param>
internal sealed class DotNetPrograms(string folder, string assembly) : ClientPrograms
{
    /// <summary>The folder that contains the compiled tests, below <c>artifacts/bin</c>. Its name is the build configuration.</summary>
    private static readonly DirectoryInfo _output = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));

    protected override string Interpreter => "dotnet";

    protected override string Folder { get; } = Path.Combine(_output.Parent!.Parent!.FullName, assembly, _output.Name);

    protected override string FileName(string program) => $"{assembly}.dll";

    protected override string[] Arguments(string program, string[] arguments) => [program, .. arguments];

    protected override Task<string?> InstallAsync() =>
        Task.FromResult(File.Exists(Path.Combine(Folder, FileName(""))) ? null : $"interop-tests/{folder} is not built.");
}
