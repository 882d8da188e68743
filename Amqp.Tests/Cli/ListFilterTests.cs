using System.Text.Json;
using Amqp.Server.Cli.Operate;

namespace Amqp.Tests.Cli;

/// <summary>A filter of a list command selects the right items.</summary>
public sealed class ListFilterTests
{
    private static readonly JsonElement _queue = JsonDocument.Parse(
        """{"name":"orders.eu","messages":10,"durable":true,"policy":null,"arguments":{"x-max-length":5}}""").RootElement;

    [TestCase("messages>9", true)]
    [TestCase("messages>10", false)]
    [TestCase("messages>=10", true)]
    [TestCase("messages>=11", false)]
    [TestCase("messages<11", true)]
    [TestCase("messages<10", false)]
    [TestCase("messages<=10", true)]
    [TestCase("messages<=9", false)]
    [TestCase("messages=10", true)]
    [TestCase("messages=1", false)]
    [TestCase("messages!=10", false)]
    [TestCase("messages!=1", true)]
    [TestCase("messages<9.5", false)]
    [TestCase("name~^orders", true)]
    [TestCase("name~^eu", false)]
    [TestCase("name=orders", false)]
    [TestCase("ERS.E", true)]
    [TestCase("durable", false)]
    [TestCase("durable=true", true)]
    [TestCase("arguments.x-max-length>4", true)]
    [TestCase("policy=-", true)]
    [TestCase("name>5", false)]
    [TestCase("name<5", false)]
    [TestCase("nothing<5", false)]
    [TestCase("nothing!=x", true)]
    public void An_item_is_wanted_for_which_it_holds(string filter, bool isWanted) =>
        Assert.That(new ListFilter(filter).Wants(_queue), Is.EqualTo(isWanted));
}
