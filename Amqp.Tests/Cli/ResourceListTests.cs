namespace Amqp.Tests.Cli;

/// <summary>List commands print the right items in the right order, with the right format of each field.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ResourceListTests : IDisposable
{
    private readonly AnsweringApi _api = new AnsweringApi().With("queues", """
        [{"name":"c","messages":9,"state":"running","tags":["x","y"],"arguments":{}},
         {"name":"a","messages":10,"state":"","tags":[],"arguments":{"x-max-length":1}},
         {"name":"b","messages":100,"state":null,"tags":["z"],"arguments":{"n":{"m":"\u0007"}}},
         {"name":"D","state":"down","arguments":{"n":5}}]
        """);

    public void Dispose() => _api.Dispose();

    [TestCase("", "c a b D")]
    [TestCase("--sort name", "D a b c")]
    [TestCase("--sort name --reverse", "c b a D")]
    [TestCase("--sort messages", "D c a b")]
    [TestCase("--sort messages --reverse", "b a c D")]
    [TestCase("--reverse", "D b a c")]
    [TestCase("--filter messages>9 --filter messages<100", "a")]
    [TestCase("--filter messages>=9 --filter name!=a", "c b")]
    [TestCase("--filter d", "D")]
    [TestCase("--filter arguments.n=5", "D")]
    [TestCase("--filter messages>1000", "")]
    public async Task Items_are_sorted_and_chosen(string options, string expected)
    {
        CliRun run = await _api.RunAsync(["queues", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--columns", "name"]);

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(string.Join(' ', run.Lines.Skip(1).Select(line => line.Trim())), Is.EqualTo(expected));
    }

    [TestCase("messages", "9|10|100|-")]
    [TestCase("state", "running|\"\"|-|down")]
    [TestCase("tags", "x,y|-|z|-")]
    [TestCase("arguments", """-|{"x-max-length":1}|{"n":{"m":"\u0007"}}|{"n":5}""")]
    [TestCase("arguments.n.m", "-|-|\uFFFD|-")]
    [TestCase("arguments.x-max-length", "-|1|-|-")]
    public async Task Fields_are_shown_in_one_line_each(string column, string expected)
    {
        CliRun run = await _api.RunAsync("queues", "--columns", column);

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        Assert.That(string.Join('|', run.Lines.Skip(1).Select(line => line.Trim())), Is.EqualTo(expected));
    }

    [Test]
    public async Task As_JSON_what_is_missing_is_null_and_without_columns_all_is_there()
    {
        Assert.That(
            (await _api.RunAsync("queues", "--json", "--columns", "messages,arguments.n", "--filter", "name=D")).Output
                .Replace(" ", "", StringComparison.Ordinal),
            Is.EqualTo("[\n{\n\"messages\":null,\n\"arguments.n\":5\n}\n]\n"));
        Assert.That((await _api.RunAsync("queues", "--json", "--filter", "name=D")).Output, Does.Contain("\"state\": \"down\""));
    }

    [TestCase("--sort mesages", "No queue has a field 'mesages'; did you mean 'messages'?")]
    [TestCase("--filter mesages>1", "No queue has a field 'mesages'; did you mean 'messages'?")]
    [TestCase("--columns zzzzzzzz", "No queue has a field 'zzzzzzzz'; there are name, messages, state, tags, arguments.")]
    [TestCase("--columns ,", "--columns: expected names of fields, separated by commas.")]
    public async Task A_field_that_there_is_not_is_missed_wherever_it_is_named(string options, string error)
    {
        CliRun run = await _api.RunAsync(["queues", .. options.Split(' ')]);

        Assert.That((run.ExitCode, run.Output, run.Error), Is.EqualTo((64, "", $"amqpbroker: {error}\n")));
    }

    [TestCase("--columns tags")]
    [TestCase("--sort policy")]
    public async Task An_empty_list_has_every_field(string options)
    {
        CliRun run = await _api.With("queues", "[]").RunAsync(["queues", .. options.Split(' ')]);

        Assert.That((run.ExitCode, run.Output), Is.EqualTo((0, "")), run.Error);
    }
}
