using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Amqp.Storage;

/// <summary>Keeps a second broker out of a folder, for as long as it is not disposed of. The process may die: the lock dies with it.</summary>
internal sealed class DirectoryLock : IDisposable
{
    private readonly FileStream _file;

    private DirectoryLock(FileStream file) => _file = file;

    /// <exception cref="DataDirectoryException">Another process, or this one, holds it.</exception>
    public static DirectoryLock Take(string directory)
    {
        string path = Path.Combine(directory, "lock");
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(path))
        {
            throw new DataDirectoryException($"the data folder {directory} is in use by another broker{Holder(path)}");
        }
        var taken = new DirectoryLock(file);
        file.SetLength(0);
        file.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        file.Flush();
        return taken;
    }

    public void Dispose() => _file.Dispose();

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
