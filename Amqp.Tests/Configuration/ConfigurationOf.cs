using Amqp.Server.Configuration;

namespace Amqp.Tests.Configuration;

/// <summary>Configurations from a line or two.</summary>
internal static class ConfigurationOf
{
    public static BrokerConfiguration Nothing() => Environment();

    public static BrokerConfiguration Environment(params (string Name, string Value)[] variables) =>
        BrokerConfiguration.Load(null, [], variables.ToDictionary(variable => variable.Name, variable => variable.Value));

    /// <summary>A configuration from the text of a file, which is gone again when this returns.</summary>
    public static BrokerConfiguration File(string text, params (string Name, string Value)[] variables)
    {
        using var file = new TemporaryFile(text);
        return BrokerConfiguration.Load(file.Path, [], variables.ToDictionary(variable => variable.Name, variable => variable.Value));
    }

    public static BrokerConfiguration Line(string line) => File(line);
}

/// <summary>A configuration file for the length of a test.</summary>
internal sealed class TemporaryFile : IDisposable
{
    public TemporaryFile(string text) => File.WriteAllText(Path, text);

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), System.IO.Path.GetRandomFileName() + ".conf");

    public void Dispose() => File.Delete(Path);
}

/// <summary>A folder of configuration files for the length of a test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("amqpbroker-tests-").FullName;

    /// <summary>Writes a file, and makes the folder that it is to be in.</summary>
    public string Write(string name, string text)
    {
        string file = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        return file;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
