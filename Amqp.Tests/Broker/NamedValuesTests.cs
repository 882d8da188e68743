using Amqp.Protocol;
using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Parameters;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>Values with names, such as global parameters.</summary>
public class NamedValuesTests
{
    [Test]
    public async Task Values_can_be_listed_while_another_thread_adds_and_removes_one()
    {
        const int Present = 20;
        var values = new NamedValues(
            new DefinitionStore(new MemoryCatalog()), DefinitionKey.GlobalParameters, DefinitionKey.OfGlobalParameter);
        for (int number = 0; number < Present; number++)
            values.Put($"present-{number}", FieldValue.FromBoolean(true));
        var changing = Task.Run(() =>
        {
            for (int round = 0; round < 100_000; round++)
            {
                values.Put("changing", FieldValue.FromBoolean(true));
                values.Remove("changing");
            }
        });

        while (!changing.IsCompleted)
            Assert.That(() => values.All.ToList(), Throws.Nothing);
        await changing;

        Assert.That(values.All.Count(), Is.EqualTo(Present));
    }
}
