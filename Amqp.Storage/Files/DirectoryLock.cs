using System.Globalization;
using System.Text;
using Amqp.Storage.Faults;
using Microsoft.Win32.SafeHandles;

namespace Amqp.Storage.Files;

/// <summary>Locks a data directory against other brokers until the lock is disposed, or the process ends.</summary>
internal sealed class DirectoryLock : IDisposable
{
    private readonly FileStream _file;

    private DirectoryLock(FileStream file) => _file = file;

    /// <exception cref="DataDirectoryException">The lock is held already, by another process or by this one.</exception>
    public static DirectoryLock Take(string directory)
    {
        string path = PathOf(directory);
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(path))
        {
            throw new DataDirectoryException(IsOnlyShared(path)
                ? $"the data directory {directory} is being inspected"
                : $"the data directory {directory} is in use by another broker{Holder(path)}");
        }
        var taken = new DirectoryLock(file);
        file.SetLength(0);
        file.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        file.Flush();
        return taken;
    }

    /// <summary>Takes a shared lock, for an inspection. No broker can open the directory while the lock is held.</summary>
    /// <returns>Null if there is no lock file, as in a copy of a data directory.</returns>
    /// <exception cref="DataDirectoryException">A broker holds the lock.</exception>
    public static DirectoryLock? Share(string directory)
    {
        string path = PathOf(directory);
        try
        {
            return new DirectoryLock(OpenShared(path));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (IOException) when (File.Exists(path))
        {
            throw new DataDirectoryException($"the data directory {directory} is in use by a running broker{Holder(path)}; stop it first");
        }
    }

    /// <summary>Returns the path of the lock file. The file may not exist.</summary>
    public static string PathOf(string directory) => Path.Combine(directory, "lock");

    public void Dispose() => _file.Dispose();

    // While a file is open with these modes, .NET holds a shared lock on it. So Take fails, because it needs an exclusive lock.
    private static FileStream OpenShared(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read);

    private static bool IsOnlyShared(string path)
    {
        try
        {
            OpenShared(path).Dispose();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static string Holder(string path)
    {
        if (OperatingSystem.IsWindows())
            return "";
        try
        {
            using SafeFileHandle file = Libc.OpenToRead(path);
            Span<byte> text = stackalloc byte[16];
            int length = RandomAccess.Read(file, text, 0);
            return length == 0 ? "" : $" (process {Encoding.ASCII.GetString(text[..length])})";
        }
        catch (IOException)
        {
            return "";
        }
    }
}
