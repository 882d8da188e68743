using System.Text.RegularExpressions;
using Amqp.Tests.Architecture;
using Amqp.Tests.Interop;
using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.Behaviour.Management.Recorded;

/// <summary>
/// Runs the commands in <c>rabbitmqadmin.commands</c>, and compares their output with that of RabbitMQ 3.10.8 in
/// <c>rabbitmqadmin.output</c>.
/// </summary>
public class RabbitMqAdminTests : ApiTests
{
    private static readonly string _folder = Path.Combine(SourceTree.Root, "Amqp.Tests/Behaviour/Management/Recorded");

    [Test]
    public async Task Rabbitmqadmin_prints_what_it_prints_for_RabbitMQ()
    {
        string recording = Path.Combine(_folder, "rabbitmqadmin.output");
        string output = await RunAsync(RabbitMqAdmin.RunAsync);
        if (Environment.GetEnvironmentVariable(RecordedApiTests.RecordVariable) == "1")
        {
            Assert.That(await BrokerTarget.IsRabbitMqAsync, "Only RabbitMQ's output is worth recording.");
            await File.WriteAllTextAsync(recording, output);
            Assert.Pass("recorded");
        }

        string expected = AllowedDifferences.Modern(await File.ReadAllTextAsync(recording));
        Assert.That(AllowedDifferences.Modern(output).Split('\n'), Is.EqualTo(expected.Split('\n')));
    }

    [Test]
    public async Task The_broker_itself_prints_what_rabbitmqadmin_prints_for_RabbitMQ()
    {
        await SkipOnRabbitMqAsync("The test is for the command line of this broker.");

        string output = await RunAsync(RabbitMqAdmin.RunOwnAsync);

        string expected = AllowedDifferences.Modern(await File.ReadAllTextAsync(Path.Combine(_folder, "rabbitmqadmin.output")));
        // The script prints a Python stack trace for this error. The broker's command prints only the reason.
        expected = Regex.Replace(expected, @"Traceback[^$]*(?='\{file\}.missing')", "*** Could not find file ")
            .Replace("'{file}.missing'", "'{file}.missing'.", StringComparison.Ordinal);
        Assert.That(AllowedDifferences.Modern(output).Split('\n'), Is.EqualTo(expected.Split('\n')));
    }

    [Test]
    public async Task Rabbitmqadmin_closes_a_connection()
    {
        var factory = new ConnectionFactory { Uri = await BrokerTarget.UriAsync, AutomaticRecoveryEnabled = false };
        await using var connection = await factory.CreateConnectionAsync(NewName("c"));
        var closed = new TaskCompletionSource<ushort>(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.ConnectionShutdownAsync += (_, reason) =>
        {
            closed.TrySetResult(reason.ReplyCode);
            return Task.CompletedTask;
        };
        string name = "";
        await Eventually.Holds(
            async () =>
            {
                var listed = await RabbitMqAdmin.RunAsync("list", "connections", "name", "user_provided_name", "-f", "tsv");
                name = listed.Output.Split('\n')
                    .FirstOrDefault(line => line.Contains(connection.ClientProvidedName!, StringComparison.Ordinal))?.Split('\t')[0]
                    ?? "";
                return name.Length > 0;
            },
            () => "the connection is not listed");

        var answer = await RabbitMqAdmin.RunAsync("close", "connection", $"name={name}");

        Assert.That(answer.Output, Is.EqualTo("connection closed\n"));
        Assert.That(await closed.Task.WaitAsync(TimeSpan.FromSeconds(30)), Is.EqualTo(320));
    }

    [TestCase("show overview")]
    [TestCase("list nodes")]
    [TestCase("list connections")]
    [TestCase("list channels")]
    [TestCase("list consumers")]
    [TestCase("list permissions")]
    [TestCase("list users")]
    [TestCase("list vhosts")]
    [TestCase("list parameters")]
    [TestCase("list policies")]
    [TestCase("list operator_policies")]
    [TestCase("list vhost_limits")]
    public async Task Rabbitmqadmin_and_the_broker_itself_show_the_same(string command)
    {
        if (await BrokerTarget.IsRabbitMqAsync)
        {
            await ShownAsync(RabbitMqAdmin.RunAsync(command.Split(' ')));
            return;
        }

        // Other tests may add or delete objects between the two runs, so the comparison is repeated until the outputs are equal.
        string python = "", own = "";
        await Eventually.Holds(
            async () =>
            {
                python = await ShownAsync(RabbitMqAdmin.RunAsync(command.Split(' ')));
                own = await ShownAsync(RabbitMqAdmin.RunOwnAsync(command.Split(' ')));
                return own == python;
            },
            () => $"{own}\nis not\n{python}");
    }

    /// <summary>Returns the output of a successful run. Removes all numbers, because they change while the tests run.</summary>
    private static async Task<string> ShownAsync(Task<CommandResult> run)
    {
        var ended = await run;
        Assert.That(ended.Succeeded, ended.Output);
        return Regex.Replace(ended.Output, @"[-\d ]+", "");
    }

    /// <summary>Runs the commands. Returns each command, followed by its output.</summary>
    private static async Task<string> RunAsync(Func<IEnumerable<string>, Task<CommandResult>> admin)
    {
        IEnumerable<string> commands =
            File.ReadLines(Path.Combine(_folder, "rabbitmqadmin.commands")).Where(line => line.Length > 0 && line[0] != '#');
        string folder = Directory.CreateTempSubdirectory("amqpbroker-tests-").FullName;
        string file = Path.Combine(folder, "f");
        var names = new RecordedNames((await GetAsync("/overview")).Json.GetProperty("node").GetString()!);
        var output = new StringWriter { NewLine = "\n" };
        try
        {
            foreach (string command in commands)
            {
                var answer = await admin(
                    names.Insert(command).Replace("{file}", file, StringComparison.Ordinal).Split(' '));
                await output.WriteLineAsync($"$ {command}");
                // The script reports an invalid command line by itself, without a request to the broker. The test compares only the last
                // line of this report.
                string text = answer.Output.Contains("Try 'rabbitmqadmin", StringComparison.Ordinal)
                    ? answer.LastLine
                    : answer.Output.TrimEnd();
                await output.WriteLineAsync(names.Remove(text).Replace(file, "{file}", StringComparison.Ordinal));
            }
        }
        finally
        {
            foreach (string path in RecordedNames.Leftovers)
                await DeleteAsync(names.Insert(path));
            Directory.Delete(folder, recursive: true);
        }
        return output.ToString();
    }
}
