// Small programs that use RabbitMQ.Client 6, each started by its name. AMQP_URL has the broker's address; by default amqp://localhost.
using System.Globalization;
using RabbitMqClient6;

if (args is not [string name, .. string[] rest])
    return Fail("usage: RabbitMqClient6 PROGRAM [--OPTION VALUE]...");

var options = new Dictionary<string, string> { ["queue"] = "hello", ["count"] = "1" };
for (int i = 0; i + 1 < rest.Length; i += 2)
    options[rest[i].TrimStart('-')] = rest[i + 1];
string queue = options["queue"];
int count = int.Parse(options["count"], CultureInfo.InvariantCulture);

switch (name)
{
    case "hello_producer":
        Hello.Send(queue, count);
        return 0;
    case "hello_consumer":
        Hello.Receive(queue, count);
        return 0;
    case "confirms":
        Confirms.Publish(count);
        return 0;
    case "events":
        Events.Watch(queue);
        return 0;
    case "recovery":
        Recovery.Survive(queue);
        return 0;
    default:
        return Fail($"There is no program {name}.");
}

static int Fail(string reason)
{
    Console.Error.WriteLine(reason);
    return 1;
}
