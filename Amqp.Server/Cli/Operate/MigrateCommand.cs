using System.CommandLine;
using System.Text.Json.Nodes;
using Amqp.Server.Cli.Api;
using Amqp.Server.Migration;

namespace Amqp.Server.Cli.Operate;

/// <summary>The command <c>amqpbroker migrate</c>, which moves definitions and messages from one broker to another.</summary>
internal sealed class MigrateCommand
{
    private const string CopyWarning =
        "A copy reads each message without acknowledging it, and returns it to the source at the end. This sets its flag redelivered, "
            + "counts as a delivery in quorum queues (a delivery limit can drop the message), keeps the messages from the consumers of the "
            + "source meanwhile, and cannot be resumed.";

    private readonly MigrateOptions _options = new();

    public static Command Create(CommandSet set)
    {
        var migrate = new MigrateCommand();
        var command = new Command(
            "migrate", "Move definitions and messages of a running RabbitMQ, LavinMQ or AmqpBroker to this broker, queue by queue.");
        set.Act(command, migrate.RunAsync, migrate._options.Symbols);
        command.Validators.Add(migrate._options.Validate);
        return command;
    }

    private async Task<int> RunAsync(CommandContext context)
    {
        bool both = context.Get(_options.Definitions) == context.Get(_options.Messages);
        bool movesDefinitions = context.Get(_options.Definitions) || both && !context.Get(_options.Copy);
        bool movesMessages = both || context.Get(_options.Messages) || context.Get(_options.Copy);
        _options.Filter(context); // a mistake is reported before the first request
        using ApiClient sourceApi = context.Client.Another(_options.SourceLogin(context));
        var source = await BrokerInventory.ReadAsync(sourceApi, movesDefinitions, context.Cancellation);
        var target = await BrokerInventory.ReadAsync(context.Client, movesDefinitions, context.Cancellation);
        MigrationSettings settings = _options.Read(context, sourceApi, target.AmqpPort);
        var ends = new MigrationEnds(settings);
        if (movesMessages)
            source = source.With(await ends.CountAsync(
                isTarget: false,
                source.Queues.Where(queue => settings.Filter.Wants(queue.Key) && QueueNotes.IsMovable(queue)).Select(queue => queue.Key),
                context.Cancellation));
        var plan = MigrationPlan.Make(source, target, settings, movesDefinitions);
        var (filter, address) = (settings.Filter, settings.From.Endpoint);
        if (filter.VirtualHost is { } host && !source.Exchanges.Any(exchange => exchange.Text("vhost") == host))
            throw new CliException(
                ExitCode.NotFound,
                $"There is no virtual host '{host}' at {address}. See them with: amqpbroker vhosts --url {sourceApi.Login}");
        if (plan.Queues.Count == 0 && filter.HasPattern)
            throw new CliException(
                ExitCode.NotFound,
                $"No queue at {address} matches. See them with: amqpbroker queues --url {sourceApi.Login}");

        var output = new MigrateOutput(context, settings, plan);
        output.PrintPlan(movesMessages);
        if (context.Get(_options.DryRun))
            return output.Finish(ExitCode.Ok);
        if (settings.Copies)
            Confirm(context);
        MigrationState? state = movesMessages && !settings.Copies
            ? MigrationState.Open(_options.State(context), settings.From.Endpoint, settings.To.Endpoint)
            : null;
        if (plan.Definitions is { } definitions)
            output.PrintImported(definitions, await ImportAsync(context, definitions));
        return movesMessages
            ? await MoveAsync(context, new MigrationRun(settings, ends, plan, state), state?.Run ?? 1, output)
            : output.Finish(ExitCode.Ok);
    }

    private static async Task<IReadOnlyList<string>> ImportAsync(CommandContext context, JsonObject definitions)
    {
        var leftOut = new List<string>();
        var pieces = DefinitionUpload.Pieces(definitions, DefinitionUpload.MostBytes);
        await WorkProgress.ShowAsync(context, "importing", pieces, async piece =>
            leftOut.AddRange(await DefinitionUpload.SendAsync(context.Client, piece, virtualHost: null, context.Cancellation)));
        return leftOut;
    }

    private static async Task<int> MoveAsync(CommandContext context, MigrationRun run, int number, MigrateOutput output)
    {
        context.TakeInterrupts(); // a move that is interrupted writes its totals
        await new MigrateProgress(context, run).ShowAsync(run.MoveAsync(context.Cancellation));
        var reports = await run.ReportAsync(context.Cancellation);
        output.PrintReport(reports, number);
        return output.Finish(reports.All(report => report.IsComplete) ? ExitCode.Ok : ExitCode.TemporaryFailure);
    }

    /// <exception cref="CliException">The user does not agree, or cannot be asked.</exception>
    private void Confirm(CommandContext context)
    {
        context.Error.WriteLine(CopyWarning);
        if (context.Get(_options.Yes))
            return;
        if (Console.IsInputRedirected || !ReferenceEquals(context.Error, Console.Error))
            throw new CliException(ExitCode.Usage, "A copy must be confirmed: give --yes");
        context.Error.Write("Copy the messages? [y/N] ");
        if (Console.In.ReadLine()?.Trim() is not ("y" or "Y" or "yes"))
            throw new CliException(ExitCode.Usage, "Nothing was copied");
    }
}
