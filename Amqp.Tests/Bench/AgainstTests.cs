using Amqp.Tests.Architecture;
using Amqp.Tests.Interop;

namespace Amqp.Tests.Bench;

/// <summary>
/// The script <c>bench/against</c> compares two brokers. The tests check its arguments and its verdicts, and build no brokers.
/// </summary>
public sealed class AgainstTests
{
    private const string DebianPython = "/usr/bin/python3";

    [TestCase("HEAD --rounds none", "bench/against: --rounds: 'none' will not do; expected a whole number from 1")]
    [TestCase("HEAD --seconds 0", "bench/against: --seconds: '0' will not do; expected a whole number from 1")]
    [TestCase("HEAD --tolerance -1", "bench/against: --tolerance: '-1' will not do; expected a whole number from 0")]
    [TestCase("HEAD --only small,huge", "bench/against: --only: there is no case 'huge' in bench/cases; there are small, transient,")]
    [TestCase("HEAD --only", "bench/against: --only needs a value")]
    [TestCase("no-such-commit", "bench/against: 'no-such-commit' is no commit of this repository")]
    [TestCase("HEAD HEAD HEAD", "bench/against: 'HEAD' is one commit too many; expected one or two")]
    [TestCase("--native HEAD", "bench/against: --native compares builds of this folder, so it takes no commit")]
    public async Task A_bad_argument_is_refused_in_one_line(string arguments, string message)
    {
        CommandResult result = await AgainstAsync(arguments);

        Assert.That(result.Succeeded, Is.False);
        Assert.That(result.Output.Trim(), Does.StartWith(message).And.Not.Contain('\n'));
    }

    [TestCase("")]
    [TestCase("HEAD --help")]
    public async Task Without_a_commit_or_with_an_unknown_option_it_says_how_it_is_used(string arguments)
    {
        CommandResult result = await AgainstAsync(arguments);

        Assert.That(result.Succeeded, Is.False);
        Assert.That(result.Output, Does.Contain("bench/against COMMIT [COMMIT2] [--rounds N]"));
    }

    [Test]
    public async Task It_judges_as_its_own_tests_say()
    {
        CommandResult result = await Command.RunAsync(DebianPython, ["-B", "bench/test_against.py"], SourceTree.Root);

        Assert.That(result.Succeeded, Is.True, result.Output);
    }

    private static Task<CommandResult> AgainstAsync(string arguments) => Command.RunAsync(
        "bash", ["bench/against", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)], SourceTree.Root);
}
