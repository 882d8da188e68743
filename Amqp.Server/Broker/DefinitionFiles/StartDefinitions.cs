using System.Security.Cryptography;
using System.Text.Json;
using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Values;
using Amqp.Server.Configuration;

namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>Imports the configured definition files when the broker starts, before the first client connects.</summary>
internal sealed class StartDefinitions(DefinitionOptions options, int maxTableDepth, ILogger logger)
{
    /// <summary>Pattern of the file names that are imported from a configured folder.</summary>
    private const string Pattern = "*.json";

    public bool IsConfigured => options.Sources.Count > 0;

    /// <summary>Imports all configured files in sequence. If a file fails, the files before it stay imported.</summary>
    /// <exception cref="StartDefinitionsException">A file is missing, or cannot be imported.</exception>
    public void Import(DefinitionScope scope)
    {
        foreach (var source in options.Sources)
            foreach (string file in FilesOf(source))
                Import(scope, source.Setting, file);
    }

    /// <summary>Checks that the files exist and contain JSON.</summary>
    /// <exception cref="StartDefinitionsException">A file is missing, or is not JSON.</exception>
    public static void Check(DefinitionSource source)
    {
        foreach (string file in FilesOf(source))
        {
            try
            {
                using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
            {
                throw Fault(source.Setting, file, error);
            }
        }
    }

    private static StartDefinitionsException Fault(string setting, string file, Exception error) =>
        new($"{setting}: cannot import {file}: {error.Message.ReplaceLineEndings(" ").Trim()}", error);

    private void Import(DefinitionScope scope, string setting, string file)
    {
        try
        {
            byte[] content = File.ReadAllBytes(file);
            string digest = Convert.ToHexString(SHA256.HashData(content));
            string path = Path.GetFullPath(file);
            if (options.SkipIfUnchanged
                && scope.ImportedFiles.Find(path) is { Type: FieldType.LongString } known
                && known.AsString() == digest)
            {
                logger.DefinitionsUnchanged(file);
                return;
            }
            using var document = JsonText.Parse(content, maxTableDepth);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new DefinitionException("its content is not a JSON object");
            var report = new DefinitionImport(scope, importer: null, virtualHost: null).Run(JsonFields.ReadTable(document.RootElement));
            foreach (string leftOut in report.NotTaken)
                logger.StartDefinitionLeftOut(file, leftOut);
            logger.DefinitionsImported(report.Imported, file);
            // The digest is stored after the import. If the broker crashes before the digest is stored, the next start imports the file
            // again.
            scope.ImportedFiles.Put(path, FieldValue.FromString(digest));
        }
        catch (Exception error)
            when (error is IOException or UnauthorizedAccessException or JsonException or DefinitionException or ValidationException)
        {
            throw Fault(setting, file, error);
        }
    }

    private static string[] FilesOf(DefinitionSource source)
    {
        if (!Directory.Exists(source.Path))
            return File.Exists(source.Path)
                ? [source.Path]
                : throw new StartDefinitionsException($"{source.Setting}: there is no file or folder {source.Path}");
        string[] files = Directory.GetFiles(source.Path, Pattern);
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }
}

/// <summary>Thrown if the configured definitions cannot be imported.</summary>
/// <param name="message">Names the setting, the file and the reason.</param>
/// <param name="cause">Original exception.</param>
internal sealed class StartDefinitionsException(string message, Exception? cause = null) : Exception(message, cause);
