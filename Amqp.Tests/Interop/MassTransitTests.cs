using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Amqp.Tests.Support;
using MassTransit;
using RabbitMQ.Client;

namespace Amqp.Tests.Interop;

/// <summary>MassTransit as applications use it: endpoints, what it does about failures, requests.</summary>
[TestFixture]
[Category("Interop")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class MassTransitTests : IAsyncDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);

    private readonly string _queue = InteropRun.UniqueName("orders");
    private readonly List<IBusControl> _buses = [];

    [Test]
    public async Task A_published_message_reaches_every_endpoint_that_consumes_its_type()
    {
        TaskCompletionSource<int> first = NewSignal<int>(), second = NewSignal<int>();
        IBusControl bus = await StartAsync(configure =>
        {
            configure.ReceiveEndpoint(_queue, endpoint => Consume<OrderPlaced>(endpoint, context => first.TrySetResult(context.Message.Number)));
            configure.ReceiveEndpoint(InteropRun.UniqueName("orders"),
                endpoint => Consume<OrderPlaced>(endpoint, context => second.TrySetResult(context.Message.Number)));
        });

        await bus.Publish(new OrderPlaced(7));

        Assert.That(await Task.WhenAll(first.Task, second.Task).WaitAsync(_limit), Is.EqualTo(new[] { 7, 7 }));
    }

    [Test]
    public async Task A_sent_message_reaches_the_endpoint_that_it_is_sent_to()
    {
        string other = InteropRun.UniqueName("orders");
        var received = new ConcurrentQueue<string>();
        TaskCompletionSource<bool> last = NewSignal<bool>();
        IBusControl bus = await StartAsync(configure =>
        {
            configure.ReceiveEndpoint(other, endpoint => Consume<OrderPlaced>(endpoint, context => received.Enqueue($"other {context.Message.Number}")));
            configure.ReceiveEndpoint(_queue, endpoint => Consume<OrderPlaced>(endpoint, context =>
            {
                received.Enqueue($"this {context.Message.Number}");
                if (context.Message.Number == 2)
                    last.TrySetResult(true);
            }));
        });
        ISendEndpoint endpoint = await bus.GetSendEndpoint(new Uri($"queue:{_queue}"));

        await endpoint.Send(new OrderPlaced(1));
        await endpoint.Send(new OrderPlaced(2));

        await last.Task.WaitAsync(_limit);
        Assert.That(received, Is.EqualTo(new[] { "this 1", "this 2" }));
    }

    [Test]
    public async Task A_consumer_that_fails_is_tried_again()
    {
        int tries = 0;
        TaskCompletionSource<int> done = NewSignal<int>();
        IBusControl bus = await StartAsync(configure => configure.ReceiveEndpoint(_queue, endpoint =>
        {
            endpoint.UseMessageRetry(retry => retry.Immediate(3));
            Consume<OrderPlaced>(endpoint, context =>
            {
                if (++tries < 3)
                    throw new InvalidOperationException("not yet");
                done.TrySetResult(context.GetRetryAttempt());
            });
        }));

        await bus.Publish(new OrderPlaced(1));

        Assert.That(await done.Task.WaitAsync(_limit), Is.EqualTo(2));
    }

    [Test]
    public async Task A_failed_message_is_delivered_again_later_by_the_delayed_exchange()
    {
        var times = new ConcurrentQueue<TimeSpan>();
        var watch = Stopwatch.StartNew();
        TaskCompletionSource<int> done = NewSignal<int>();
        IBusControl bus = await StartAsync(configure =>
        {
            configure.UseDelayedMessageScheduler();
            configure.ReceiveEndpoint(_queue, endpoint =>
            {
                endpoint.UseDelayedRedelivery(redelivery => redelivery.Intervals(300, 600));
                Consume<OrderPlaced>(endpoint, context =>
                {
                    times.Enqueue(watch.Elapsed);
                    if (context.GetRedeliveryCount() < 2)
                        throw new InvalidOperationException("not yet");
                    done.TrySetResult(context.GetRedeliveryCount());
                });
            });
        });

        await bus.Publish(new OrderPlaced(1));

        Assert.That(await done.Task.WaitAsync(_limit), Is.EqualTo(2));
        TimeSpan[] deliveries = [.. times];
        Assert.That(deliveries[1] - deliveries[0], Is.GreaterThan(TimeSpan.FromMilliseconds(280)));
        Assert.That(deliveries[2] - deliveries[1], Is.GreaterThan(TimeSpan.FromMilliseconds(580)));
    }

    [Test]
    public async Task A_scheduled_message_comes_at_its_time()
    {
        TaskCompletionSource<DateTime> done = NewSignal<DateTime>();
        IBusControl bus = await StartAsync(configure =>
        {
            configure.UseDelayedMessageScheduler();
            configure.ReceiveEndpoint(_queue, endpoint => Consume<OrderPlaced>(endpoint, _ => done.TrySetResult(DateTime.UtcNow)));
        });
        DateTime due = DateTime.UtcNow.AddMilliseconds(700);

        await bus.CreateDelayedMessageScheduler().ScheduleSend(new Uri($"queue:{_queue}"), due, new OrderPlaced(1));

        Assert.That(await done.Task.WaitAsync(_limit), Is.GreaterThan(due.AddMilliseconds(-20)));
    }

    [Test]
    public async Task What_cannot_be_consumed_goes_to_the_error_queue_with_the_reason_and_a_fault_is_published()
    {
        TaskCompletionSource<string> fault = NewSignal<string>();
        IBusControl bus = await StartAsync(configure =>
        {
            configure.ReceiveEndpoint(_queue, endpoint => Consume<OrderPlaced>(endpoint, _ => throw new InvalidOperationException("never")));
            configure.ReceiveEndpoint(InteropRun.UniqueName("faults"),
                endpoint => Consume<Fault<OrderPlaced>>(endpoint, context => fault.TrySetResult(context.Message.Exceptions[0].Message)));
        });

        await bus.Publish(new OrderPlaced(1));

        Assert.That(await fault.Task.WaitAsync(_limit), Is.EqualTo("never"));
        BasicGetResult message = await GetAsync($"{_queue}_error");
        Assert.That(Encoding.UTF8.GetString((byte[])message.BasicProperties.Headers!["MT-Fault-Message"]!), Is.EqualTo("never"));
    }

    [Test]
    public async Task What_no_consumer_is_for_goes_to_the_skipped_queue()
    {
        IBusControl bus = await StartAsync(configure => configure.ReceiveEndpoint(_queue, endpoint => Consume<OrderPlaced>(endpoint, _ => { })));
        ISendEndpoint endpoint = await bus.GetSendEndpoint(new Uri($"queue:{_queue}"));

        await endpoint.Send(new OrderForgotten(1));

        BasicGetResult message = await GetAsync($"{_queue}_skipped");
        Assert.That(Encoding.UTF8.GetString((byte[])message.BasicProperties.Headers!["MT-Reason"]!), Is.EqualTo("dead-letter"));
    }

    [Test]
    public async Task A_request_is_answered()
    {
        IBusControl bus = await StartAsync(configure => configure.ReceiveEndpoint(_queue, endpoint =>
            endpoint.Handler<PriceWanted>(context => context.RespondAsync(new Price(context.Message.Number * 10)))));
        IRequestClient<PriceWanted> client = bus.CreateRequestClient<PriceWanted>(new Uri($"queue:{_queue}"), _limit);

        Response<Price>[] answers = await Task.WhenAll(Enumerable.Range(1, 20).Select(number => client.GetResponse<Price>(new PriceWanted(number))));

        Assert.That(answers.Select(answer => answer.Message.Amount), Is.EqualTo(Enumerable.Range(1, 20).Select(number => number * 10)));
    }

    [Test]
    public async Task A_consumer_works_on_as_many_messages_at_once_as_it_is_allowed()
    {
        const int Count = 40;
        int running = 0, most = 0, done = 0;
        TaskCompletionSource<bool> all = NewSignal<bool>();
        IBusControl bus = await StartAsync(configure => configure.ReceiveEndpoint(_queue, endpoint =>
        {
            endpoint.PrefetchCount = 8;
            endpoint.ConcurrentMessageLimit = 4;
            endpoint.Handler<OrderPlaced>(async _ =>
            {
                int now = Interlocked.Increment(ref running);
                InterlockedMax(ref most, now);
                await Task.Delay(20);
                Interlocked.Decrement(ref running);
                if (Interlocked.Increment(ref done) == Count)
                    all.TrySetResult(true);
            });
        }));

        await bus.PublishBatch(Enumerable.Range(1, Count).Select(number => new OrderPlaced(number)));

        await all.Task.WaitAsync(_limit);
        Assert.That(most, Is.EqualTo(4));
    }

    [Test]
    public async Task A_mandatory_message_that_nobody_wants_fails_the_send()
    {
        IBusControl bus = await StartAsync(_ => { });
        ISendEndpoint endpoint = await bus.GetSendEndpoint(new Uri($"exchange:{InteropRun.UniqueName("nobody")}"));

        Assert.That(
            () => endpoint.Send(new OrderPlaced(1), Pipe.Execute<SendContext<OrderPlaced>>(context => ((RabbitMqSendContext)context).Mandatory = true)),
            Throws.TypeOf<MessageReturnedException>());
    }

    [Test]
    public async Task An_endpoint_with_a_quorum_queue_works()
    {
        TaskCompletionSource<int> done = NewSignal<int>();
        IBusControl bus = await StartAsync(configure => configure.ReceiveEndpoint(_queue, endpoint =>
        {
            endpoint.SetQuorumQueue(1);
            Consume<OrderPlaced>(endpoint, context => done.TrySetResult(context.Message.Number));
        }));

        await bus.Publish(new OrderPlaced(5));

        Assert.That(await done.Task.WaitAsync(_limit), Is.EqualTo(5));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IBusControl bus in _buses)
            await bus.StopAsync(_limit);
    }

    private static TaskCompletionSource<T> NewSignal<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static void InterlockedMax(ref int most, int value)
    {
        int seen = Volatile.Read(ref most);
        while (value > seen && Interlocked.CompareExchange(ref most, value, seen) is var before && before != seen)
            seen = before;
    }

    private static void Consume<T>(IReceiveEndpointConfigurator endpoint, Action<ConsumeContext<T>> act)
        where T : class =>
        endpoint.Handler<T>(context =>
        {
            act(context);
            return Task.CompletedTask;
        });

    /// <summary>A bus of this test, started: all of its endpoints consume.</summary>
    private async Task<IBusControl> StartAsync(Action<IRabbitMqBusFactoryConfigurator> endpoints)
    {
        Uri broker = InteropRun.BrokerUri;
        string[] login = Uri.UnescapeDataString(broker.UserInfo).Split(':');
        string path = Uri.UnescapeDataString(broker.AbsolutePath.TrimStart('/'));
        IBusControl bus = Bus.Factory.CreateUsingRabbitMq(configure =>
        {
            configure.Host(broker.Host, (ushort)(broker.Port < 0 ? 5672 : broker.Port), path is "" ? "/" : path, host =>
            {
                host.Username(login[0]);
                host.Password(login[1]);
            });
            endpoints(configure);
        });
        _buses.Add(bus);
        await bus.StartAsync(_limit);
        return bus;
    }

    /// <summary>The next message of a queue that MassTransit makes when it needs it.</summary>
    private static async Task<BasicGetResult> GetAsync(string queue)
    {
        await using IConnection connection = await new ConnectionFactory { Uri = InteropRun.BrokerUri }.CreateConnectionAsync();
        BasicGetResult? message = null;
        await Eventually.Holds(async () => (message = await TryGetAsync(connection, queue)) is not null, () => $"Nothing came to {queue}.");
        return message!;
    }

    private static async Task<BasicGetResult?> TryGetAsync(IConnection connection, string queue)
    {
        await using IChannel channel = await connection.CreateChannelAsync();
        try
        {
            return await channel.BasicGetAsync(queue, autoAck: true);
        }
        catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
        {
            return null; // the queue is not there yet
        }
    }
}
