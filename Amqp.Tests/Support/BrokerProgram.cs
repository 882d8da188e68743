using System.Diagnostics;

namespace Amqp.Tests.Support;

/// <summary>
/// The program that the tests start as a process: the build output, or the native file whose path is in <c>AMQP_TESTS_BROKER</c>.
/// </summary>
internal static class BrokerProgram
{
    /// <summary>The native file under test; null to test the build output.</summary>
    private static readonly string? _native = Environment.GetEnvironmentVariable("AMQP_TESTS_BROKER") is { Length: > 0 } file
        ? Path.GetFullPath(file)
        : null;

    /// <summary>True if the tests run a native file. A native file contains its libraries and has no JIT compiler.</summary>
    public static bool IsNative => _native is not null;

    /// <summary>The beginning of each command line: the native file, or <c>dotnet</c> and the assembly.</summary>
    public static IReadOnlyList<string> Words { get; } = _native is null
        ? [Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", Path.Combine(AppContext.BaseDirectory, "amqpbroker.dll")]
        : [_native];

    /// <summary><see cref="Words"/> as text for a shell.</summary>
    public static string Shell => string.Join(' ', Words.Select(word => $"'{word}'"));

    /// <summary>
    /// Returns the information to start the program with the given arguments. The output of the process is not redirected.
    /// </summary>
    public static ProcessStartInfo With(IEnumerable<string> arguments) => new(Words[0], [.. Words.Skip(1), .. arguments]);
}
