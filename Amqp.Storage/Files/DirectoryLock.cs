using System.Globalization;
using System.Text;
using Amqp.Storage.Faults;
using Microsoft.Win32.SafeHandles;

namespace Amqp.Storage.Files;

/// <summary>Keeps a second broker out of a folder, for as long as it is not disposed of. The process may die: the lock dies with it.</summary>
internal sealed class DirectoryLock : IDisposable
{
    private readonly FileStream _file;

    private DirectoryLock(FileStream file) => _file = file;

    /// <exception cref="DataDirectoryException">Another process, or this one, holds it.</exception>
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
                ? $"the data folder {directory} is being inspected"
                : $"the data folder {directory} is in use by another broker{Holder(path)}");
        }
        var taken = new DirectoryLock(file);
        file.SetLength(0);
        file.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        file.Flush();
        return taken;
    }

    /// <summary>Keeps brokers out of a folder that is only looked at, by any number of processes. Changes nothing on disk.</summary>
    /// <returns>Null when no broker has ever held the folder: there is no file to lock.</returns>
    /// <exception cref="DataDirectoryException">A broker holds it.</exception>
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
            throw new DataDirectoryException($"the data folder {directory} is in use by a running broker{Holder(path)}; stop it first");
        }
    }

    /// <summary>The file that stands for the lock, whether it is there or not.</summary>
    public static string PathOf(string directory) => Path.Combine(directory, "lock");

    public void Dispose() => _file.Dispose();

    // To read, and for others to read: the system's shared lock, which excludes the exclusive one that Take asks for.
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
