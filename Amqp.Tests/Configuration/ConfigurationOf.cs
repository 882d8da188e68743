using Amqp.Server.Configuration;

namespace Amqp.Tests.Configuration;

/// <summary>Loads configurations from a short text or from environment variables.</summary>
internal static class ConfigurationOf
{
    public static BrokerConfiguration Nothing() => Environment();

    public static BrokerConfiguration Environment(params (string Name, string Value)[] variables) =>
        BrokerConfiguration.Load(null, [], variables.ToDictionary(variable => variable.Name, variable => variable.Value));

    /// <summary>Loads a configuration from environment variables, and from a temporary file with this text.</summary>
    public static BrokerConfiguration File(string text, params (string Name, string Value)[] variables)
    {
        using var file = new TemporaryFile(text);
        return BrokerConfiguration.Load(file.Path, [], variables.ToDictionary(variable => variable.Name, variable => variable.Value));
    }

    public static BrokerConfiguration Line(string line) => File(line);
}

/// <summary>A configuration file that is deleted by <see cref="Dispose"/>.</summary>
internal sealed class TemporaryFile : IDisposable
{
    public TemporaryFile(string text) => File.WriteAllText(Path, text);

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), System.IO.Path.GetRandomFileName() + ".conf");

    public void Dispose() => File.Delete(Path);
}

/// <summary>A folder of configuration files that is deleted by <see cref="Dispose"/>.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("amqpbroker-tests-").FullName;

    /// <summary>Writes a file below the folder, and creates missing subfolders. Returns the path of the file.</summary>
    public string Write(string name, string text)
    {
        string file = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        return file;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
