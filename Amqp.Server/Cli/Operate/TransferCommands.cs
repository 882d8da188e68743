using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;

namespace Amqp.Server.Cli.Operate;

/// <summary>The subcommands of <c>amqpbroker queues</c> that move, copy or delete messages.</summary>
internal sealed class TransferCommands
{
    private const string Original = "original";

    private readonly Option<string[]> _filter = new("--filter")
    {
        HelpName = "condition",
        Description =
            "Only messages that match; may be repeated. FIELD=TEXT (* stands for any characters), FIELD~REGEX, or != and !~ for the "
                + "opposite. Fields: key, exchange, body, header.NAME, and properties such as message_id or type.",
    };

    private readonly Option<long?> _limit = new("--limit") { HelpName = "number", Description = "Largest number of messages." };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only count the messages, and change nothing." };
    private readonly Option<bool> _noWait = new("--no-wait") { Description = "Start the job, and do not wait for its end." };
    private readonly Argument<string> _source;

    private TransferCommands(CommandSet set)
    {
        _source = set.Name("queue", "The queue with the messages.", "queues");
        _limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<long?>() is < 1)
                result.AddError("--limit: expected a positive number");
        });
    }

    public static Command Move(CommandSet set) =>
        new TransferCommands(set).Create(
            set, "move", "Move messages to another queue or to an exchange. Messages that do not match keep their places.", "moved");

    public static Command Copy(CommandSet set) =>
        new TransferCommands(set).Create(set, "copy", "Publish copies of messages to another queue or to an exchange.", "copied");

    public static Command Delete(CommandSet set) => new TransferCommands(set).CreateDelete(set);

    public static Command Replay(CommandSet set) => new TransferCommands(set).CreateReplay(set);

    private Command CreateReplay(CommandSet set)
    {
        var target = new Option<string>("--to")
        {
            HelpName = "destination",
            Description =
                "original for the queue in which each message died first, or the name of an exchange, to which the messages are published "
                    + "with their first routing keys.",
            DefaultValueFactory = _ => Original,
        };
        return set.Create("replay-dead-letters", "Move dead letters back to the queues in which they died.", async context =>
        {
            var body = new JsonObject();
            if (context.Get(target) is not Original and var exchange)
                body["destination_exchange"] = ApiPath.Exchange(exchange);
            await RunAsync(context, "replay", body, "replayed");
        }, _source, CommonOptions.VirtualHost, target, _filter, _limit, _dryRun, _noWait, CommonOptions.Json);
    }

    private Command CreateDelete(CommandSet set)
    {
        var all = new Option<bool>("--all") { Description = "Delete all ready messages; the same as a purge." };
        Command command = set.Create(
            "delete-messages",
            "Delete ready messages of a queue: those that match, or the first ones. They do not become dead letters.",
            context => RunAsync(context, "delete", [], "deleted"),
            _source, CommonOptions.VirtualHost, _filter, _limit, all, _dryRun, _noWait, CommonOptions.Json);
        command.Validators.Add(result =>
        {
            bool isLimited = result.GetResult(_filter) is not null || result.GetResult(_limit) is not null;
            if (isLimited == result.GetValue(all))
                result.AddError("Give --filter, --limit or both, or else --all.");
        });
        return command;
    }

    private Command Create(CommandSet set, string verb, string description, string done)
    {
        Argument<string?> target = new("destination")
        {
            Description = "The destination queue. Omit it with --exchange.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var exchange = new Option<string?>("--exchange", "-x") { HelpName = "name", Description = "Publish to this exchange instead." };
        var key = new Option<string?>("--routing-key", "-k")
        {
            HelpName = "key",
            Description = "The routing key, with --exchange. Default: each message keeps its own."
        };
        Command command = set.Create(verb, description, async context =>
        {
            var body = new JsonObject();
            if (context.Get(target) is { } queue)
                body["destination_queue"] = queue;
            if (context.Get(exchange) is { } name)
                body["destination_exchange"] = ApiPath.Exchange(name);
            if (context.Get(key) is { } routingKey)
                body["routing_key"] = routingKey;
            await RunAsync(context, verb, body, done);
        }, _source, target, CommonOptions.VirtualHost, exchange, key, _filter, _limit, _dryRun, _noWait, CommonOptions.Json);
        command.Validators.Add(result =>
        {
            bool isExchange = result.GetResult(exchange) is not null;
            if (result.GetResult(target)?.Tokens.Count > 0 == isExchange)
                result.AddError("Give a destination queue or --exchange.");
            else if (!isExchange && result.GetResult(key) is not null)
                result.AddError("--routing-key needs --exchange.");
        });
        return command;
    }

    private async Task RunAsync(CommandContext context, string verb, JsonObject body, string done)
    {
        string source = context.Get(_source), what = $"queue '{source}' in virtual host '{context.VirtualHost}'";
        body["filter"] = new JsonArray([.. (context.Get(_filter) ?? []).Select(condition => JsonValue.Create(condition))]);
        if (context.Get(_limit) is { } limit)
            body["limit"] = limit;
        body["dry_run"] = context.Get(_dryRun);
        JsonElement job = await context.PostAsClientAsync(
            $"{ApiPath.Of("queues", context.VirtualHost, source)}/messages/{verb}", body, what);
        if (!context.Get(_noWait))
            job = await JobProgress.FollowAsync(context, job, verb);
        if (context.Get(CommonOptions.Json))
            context.Print(job);
        Report(context, job, done);
    }

    /// <exception cref="CliException">The job has failed, or was cancelled by another client.</exception>
    private void Report(CommandContext context, JsonElement job, string done)
    {
        bool isJson = context.Get(CommonOptions.Json);
        string route = $"from queue '{context.Get(_source)}'"
            + (job.GetProperty("destination").GetString() is { } destination ? $" to {destination}" : "");
        string count = Count(job.GetProperty("messages_done").GetInt64());
        switch (job.GetProperty("state").GetString())
        {
            case "running":
                if (!isJson)
                    context.Say($"Started job {job.GetProperty("id").GetInt64()}. See it with: amqpbroker jobs show");
                return;
            case "failed":
                throw new CliException(
                    ExitCode.Refused,
                    $"{count} {Were(job)} {done} {route}; then the job failed: {job.GetProperty("reason").GetString()}");
            case "cancelled":
                throw new CliException(ExitCode.Refused, $"{count} {Were(job)} {done} {route}; then the job was cancelled");
        }
        if (isJson)
            return;
        context.Say(
            context.Get(_dryRun)
                ? $"{count} would be {done} {route}. Nothing was changed."
                : $"{count} {Were(job)} {done} {route}.");
        foreach (JsonProperty reason in job.GetProperty("skipped").EnumerateObject())
            context.Say(OutputTable.Clean($"{Count(reason.Value.GetInt64())} stayed: {reason.Name}."));
    }

    private static string Were(JsonElement job) => job.GetProperty("messages_done").GetInt64() == 1 ? "was" : "were";

    private static string Count(long number) => number == 1 ? "1 message" : $"{number} messages";
}
