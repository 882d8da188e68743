using System.Runtime.InteropServices;

namespace AmqpBroker.Embedded.Processes;

/// <summary>Functions of libc that .NET Standard lacks.</summary>
internal static class SystemLibrary
{
    /// <summary>Sets the permissions of a file or folder; returns 0, or -1 for an error.</summary>
    [DllImport("libc", EntryPoint = "chmod", BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int ChangeMode([MarshalAs(UnmanagedType.LPStr)] string path, int mode);
}
