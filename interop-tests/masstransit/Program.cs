// Small programs that use MassTransit 8, each started by its name. --help lists the programs.
using System.CommandLine;
using MassTransit8;

var url = new Option<string>("--url")
{
    Description = "The broker; else the one that AMQP_URL names, else amqp://localhost.",
    DefaultValueFactory = _ => Environment.GetEnvironmentVariable("AMQP_URL") ?? "amqp://localhost",
    Recursive = true,
};
var timeout = new Option<int>("--timeout")
{
    HelpName = "seconds",
    Description = "How long to wait for what shall happen.",
    DefaultValueFactory = _ => 30,
    Recursive = true,
};
var queue = new Option<string?>("--queue") { Description = "The endpoint's queue; else one named for the program.", Recursive = true };
var other = new Option<string?>("--other") { Description = "The queue of a second endpoint, where there is one.", Recursive = true };

var root =
    new RootCommand("Programs that use MassTransit 8. Each ends by itself, with 0 when all went well.") { url, timeout, queue, other };
Add("publish", "A published message reaches every endpoint that consumes its type.", Publish.RunAsync);
Add("send", "A sent message reaches the one endpoint that it is sent to.", Send.RunAsync);
Add("retry", "A consumer fails, and is tried again with the message in hand.", Retry.RunAsync);
Add("redelivery", "A consumer fails, and the delayed exchange delivers the message again later.", Redelivery.RunAsync);
Add("schedule", "A message for later, by the delayed exchange.", Schedule.RunAsync);
Add("errors", "What cannot be consumed goes to the error queue, and a fault is published.", Errors.RunAsync);
Add("skipped", "What no consumer is for goes to the skipped queue.", Skipped.RunAsync);
Add("request", "Requests and their responses.", Request.RunAsync);
Add("concurrency", "A consumer that works on a few messages at once.", Concurrency.RunAsync);
Add("mandatory", "A mandatory message that no queue takes fails the send.", Mandatory.RunAsync);
Add("quorum", "An endpoint with a quorum queue.", Quorum.RunAsync);

try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception failure) when (failure is OperationCanceledException or TimeoutException)
{
    Console.Error.WriteLine("gave up waiting: the time is up");
    return 1;
}
catch (Exception failure)
{
    Console.Error.WriteLine($"{failure.GetType().Name}: {failure.Message}");
    return 1;
}

void Add(string name, string description, Func<Run, Task> program)
{
    var command = new Command(name, description);
    command.SetAction(async (arguments, interrupted) =>
    {
        var limit = TimeSpan.FromSeconds(arguments.GetRequiredValue(timeout));
        using var run = new Run(
            new Uri(arguments.GetRequiredValue(url)),
            limit,
            arguments.GetValue(queue) ?? $"masstransit-{name}",
            arguments.GetValue(other) ?? $"masstransit-{name}-other");
        // Ends the program even if MassTransit never returns from a send that the broker refused.
        await program(run).WaitAsync(limit + Run.TimeToStop, interrupted);
    });
    root.Subcommands.Add(command);
}
