using Amqp.Protocol;
using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Parameters;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>Values with names, such as global parameters.</summary>
public class NamedValuesTests
{
    [Test]
    public async Task Values_can_be_listed_while_another_thread_adds_values()
    {
        const int Count = 20_000;
        var values = new NamedValues(
            new DefinitionStore(new MemoryCatalog()), DefinitionKey.GlobalParameters, DefinitionKey.OfGlobalParameter);
        var adding = Task.Run(() =>
        {
            for (int number = 0; number < Count; number++)
                values.Put($"name-{number}", FieldValue.FromBoolean(true));
        });

        while (!adding.IsCompleted)
            Assert.That(() => values.All.ToList(), Throws.Nothing);
        await adding;

        Assert.That(values.All.Count(), Is.EqualTo(Count));
    }
}
