using System.Buffers;
using System.Text;
using Amqp.Protocol;
using Amqp.Server.Configuration;
using Amqp.Server.Connections;

namespace Amqp.Tests.Hosting;

/// <summary>The broker encodes connection.start once per combination of login mechanisms, AMQP version and cluster name.</summary>
public sealed class StartFramesTests
{
    [Test]
    public void Each_client_is_offered_what_is_meant_for_it_whoever_came_before()
    {
        var frames = new StartFrames(new BrokerOptions());

        for (int time = 0; time < 2; time++)
            foreach (string mechanisms in (string[])["PLAIN", "PLAIN EXTERNAL"])
                foreach (var (name, isAmqp08) in ((string, bool)[])[("one", false), ("one", true), ("other", false), ("other", true)])
                {
                    var start = Read(frames.Offering(mechanisms, name, isAmqp08));
                    Assert.That(Encoding.ASCII.GetString(start.Mechanisms), Is.EqualTo(mechanisms));
                    Assert.That((start.VersionMajor, start.VersionMinor), Is.EqualTo(isAmqp08 ? (8, 0) : (0, 9)));
                    Assert.That(start.ServerProperties["capabilities"]!.Value.AsTable().Count, Is.EqualTo(isAmqp08 ? 0 : 9));
                    Assert.That(start.ServerProperties["cluster_name"]?.AsString(), Is.EqualTo(name));
                }
    }

    [Test]
    public void The_broker_calls_itself_by_the_names_that_it_was_given()
    {
        var frames = new StartFrames(new BrokerOptions { Identity = { ProductName = "Shop", ProductVersion = "7.8.9" } });

        var properties = Read(frames.Offering("PLAIN", "club", isAmqp08: false)).ServerProperties;

        Assert.That(
            properties.Where(property => property.Key != "capabilities").Select(property => $"{property.Key}: {property.Value}"),
            Is.EqualTo(new[]
            {
                "cluster_name: club",
                "copyright: Copyright (c) the AmqpBroker authors.",
                "information: Licensed under the Apache License, Version 2.0.",
                $"platform: .NET {Environment.Version.ToString(3)}",
                "product: Shop",
                "version: 7.8.9",
            }));
        Assert.That(properties["capabilities"]!.Value.AsTable().Select(capability => capability.Value.AsBoolean()), Is.All.True);
    }

    private static ConnectionStart Read(byte[] octets)
    {
        var buffer = new ReadOnlySequence<byte>(octets);
        Assert.That(new FrameReader().TryRead(ref buffer, out var frame) && buffer.IsEmpty);
        return MethodArguments.Read<ConnectionStart>(frame.Payload[4..]);
    }
}
