using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;

namespace Amqp.Server.Cluster;

/// <summary>Starts the program of this process again in the same process, with the same arguments and environment.</summary>
/// <remarks>
/// A leader that has lost its place may have threads that wait for a disk or for followers, and memory that no longer agrees with what the
/// other nodes have. The new program has neither. The process id stays, so systemd and containers do not notice.
/// </remarks>
internal static unsafe partial class ProcessRestart
{
    /// <summary>Replaces the program. If that fails, the process ends.</summary>
    [DoesNotReturn]
    public static void Run()
    {
        byte[] program = [.. "/proc/self/exe\0"u8];
        byte[] arguments = File.ReadAllBytes("/proc/self/cmdline"); // as each is followed by a zero
        byte[] environment = Encoding.UTF8.GetBytes(string.Concat(
            BrokerCommandLine.ProcessEnvironment.Select(variable => $"{variable.Key}={variable.Value}\0")));
        fixed (byte* path = program, words = arguments, variables = environment)
            _ = Execve(path, Pointers(words, arguments), Pointers(variables, environment));
        Environment.Exit(1);
    }

    /// <summary>Returns pointers to the texts that zeros end, and a null pointer behind them. Never freed.</summary>
    private static byte** Pointers(byte* start, ReadOnlySpan<byte> texts)
    {
        byte** pointers = (byte**)NativeMemory.AllocZeroed((nuint)(texts.Count((byte)0) + 1), (nuint)sizeof(byte*));
        int count = 0, at = 0;
        while (at < texts.Length)
        {
            pointers[count++] = start + at;
            at += texts[at..].IndexOf((byte)0) + 1;
        }
        return pointers;
    }

    [LibraryImport("libc", EntryPoint = "execve")]
    private static partial int Execve(byte* path, byte** arguments, byte** environment);
}
