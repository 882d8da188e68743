using System.CommandLine;
using System.Text.Json;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Operate;

/// <summary>The commands <c>queues export</c> and <c>queues import</c>. A file has one message as JSON in each line.</summary>
internal static class MessageFileCommands
{
    private const string Standard = "-";

    public static Command Export(CommandSet set)
    {
        Argument<string> name = set.Name("queue", "The queue.", "queues");
        var file = new Argument<string>("file") { Description = "The file to write; - is standard output." };
        var filter = new Option<string[]>("--filter")
        {
            HelpName = "condition",
            Description = "Only messages that match, as for queues move; may be repeated."
        };
        var limit = new Option<long?>("--limit") { HelpName = "number", Description = "Largest number of messages." };
        return set.Create(
            "export", "Write the messages of a queue to a file, one JSON object in each line. The queue does not change.",
            async context =>
            {
                string queue = context.Get(name), target = context.Get(file);
                IEnumerable<string> query = (context.Get(filter) ?? []).Select(condition => $"filter={Uri.EscapeDataString(condition)}");
                if (context.Get(limit) is { } most)
                    query = query.Append($"limit={most}");
                string path = $"{ApiPath.Of("queues", context.VirtualHost, queue)}/messages/export?{string.Join('&', query)}";
                await WriteAsync(context, target, stream =>
                    context.Client.DownloadAsync(path, What(queue, context), stream, context.Cancellation));
                if (target != Standard)
                    context.Say($"Exported queue '{queue}' in virtual host '{context.VirtualHost}' to {target}.");
            }, name, file, CommonOptions.VirtualHost, filter, limit);
    }

    public static Command Import(CommandSet set)
    {
        Argument<string> name = set.Name("queue", "The queue.", "queues");
        var file = new Argument<string>("file") { Description = "A file that queues export has written; - is standard input." };
        var fromLine = new Option<long>("--from-line")
        {
            HelpName = "number",
            Description = "Begin at this line. Default: 1.",
            DefaultValueFactory = _ => 1,
        };
        fromLine.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<long>() < 1)
                result.AddError("--from-line: expected a positive number");
        });
        var dryRun = new Option<bool>("--dry-run") { Description = "Only check the file, and publish nothing." };
        return set.Create(
            "import", "Publish the messages of a file to a queue. Ends at the first line that is no message.",
            async context =>
            {
                string queue = context.Get(name), host = context.VirtualHost;
                bool isDryRun = context.Get(dryRun);
                string path = $"{ApiPath.Of("queues", host, queue)}/messages/import?dry_run={(isDryRun ? "true" : "false")}";
                long imported = await ImportAsync(
                    context, context.Get(file), path, context.Get(fromLine), What(queue, context), isDryRun);
                context.Say(
                    isDryRun
                        ? $"{Count(imported)} can be imported. Nothing was published."
                        : $"Imported {Count(imported)} to queue '{queue}' in virtual host '{host}'.");
            }, name, file, CommonOptions.VirtualHost, fromLine, dryRun);
    }

    private static async Task<long> ImportAsync(
        CommandContext context, string file, string path, long fromLine, string what, bool isDryRun)
    {
        long imported = 0;
        try
        {
            await using Stream input = file == Standard ? Console.OpenStandardInput() : File.OpenRead(file);
            var lines = new LineChunks(input, fromLine);
            await WorkProgress.ShowAsync(context, "importing", input.CanSeek ? input.Length : 0, async advance =>
            {
                while (await lines.NextAsync(context.Cancellation) is { IsEmpty: false } chunk)
                {
                    ApiAnswer answer = await SendAsync(context, path, chunk, lines.FirstLine);
                    imported += Imported(answer);
                    if (!answer.IsSuccess)
                        throw Failed(context, answer, lines.FirstLine, imported, what, isDryRun);
                    advance(chunk.Length);
                }
            });
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, $"Cannot read {file}: {error.Message}");
        }
        return imported;
    }

    private static async Task<ApiAnswer> SendAsync(CommandContext context, string path, ReadOnlyMemory<byte> chunk, long firstLine)
    {
        try
        {
            return await context.Client.PostLinesAsync(path, chunk, context.Cancellation);
        }
        catch (ApiFailure failure)
        {
            throw new CliException(
                failure.ExitCode,
                $"{failure.Message.TrimEnd('.')}. The lines before line {firstLine} are imported; some of the next lines may be. "
                    + $"Continue with --from-line {firstLine}");
        }
    }

    private static long Imported(ApiAnswer answer) =>
        answer.Json.ValueKind == JsonValueKind.Object && answer.Json.TryGetProperty("imported", out JsonElement count)
            ? count.GetInt64()
            : 0;

    /// <summary>Returns the error for a refused import. Names the lines by their numbers in the file.</summary>
    private static CliException Failed(
        CommandContext context, ApiAnswer answer, long firstLine, long imported, string what, bool isDryRun)
    {
        if (answer.Json.ValueKind != JsonValueKind.Object || !answer.Json.TryGetProperty("mistakes", out JsonElement mistakes))
            return ApiFailure.Of(context.Client.Login, answer, what);
        bool isStopped = answer.Json.TryGetProperty("stopped_at", out JsonElement stopped);
        long line = (isStopped ? stopped : mistakes[0].GetProperty("line")).GetInt64() + firstLine - 1;
        foreach (JsonElement mistake in mistakes.EnumerateArray())
            context.Error.WriteLine(
                OutputTable.Clean(
                    $"line {mistake.GetProperty("line").GetInt64() + firstLine - 1}: {mistake.GetProperty("reason").GetString()}"));
        string reason = isStopped ? answer.Reason[(answer.Reason.IndexOf(": ", StringComparison.Ordinal) + 2)..] : "it is no message";
        return new CliException(
            ExitCode.Refused,
            isDryRun
                ? $"The file has lines that are no messages; the first is line {line}"
                : $"Imported {Count(imported)}; line {line} was not imported: {reason}. Continue with --from-line {line}");
    }

    /// <summary>Writes to a new file, which replaces the target when it is complete. So the target is never half a file.</summary>
    private static async Task WriteAsync(CommandContext context, string target, Func<Stream, Task> writeAsync)
    {
        if (target == Standard)
        {
            await using Stream output = Console.OpenStandardOutput();
            await writeAsync(output);
            return;
        }
        string part = $"{target}.{Guid.NewGuid():N}.part";
        context.TakeInterrupts();
        try
        {
            // Messages can be secrets. If the file is new, only its owner may read it.
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            await using (var stream = new FileStream(part, options))
            {
                await writeAsync(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(part, target, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, $"Cannot write {target}: {error.Message}");
        }
        finally
        {
            if (File.Exists(part)) // false after the move
                File.Delete(part);
        }
    }

    private static string What(string queue, CommandContext context) => $"queue '{queue}' in virtual host '{context.VirtualHost}'";

    private static string Count(long number) => number == 1 ? "1 message" : $"{number} messages";
}
