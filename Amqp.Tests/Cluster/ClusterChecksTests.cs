using Amqp.Server.Cluster;
using Amqp.Tests.Configuration;

namespace Amqp.Tests.Cluster;

/// <summary>A cluster's settings are checked before the start, and an error names the setting.</summary>
public sealed class ClusterChecksTests
{
    private const string Complete = "cluster.enabled = true\ncluster.etcd.endpoints.1 = http://x:1\ncluster.tls.insecure = true\n";

    [TestCase("cluster.enabled = true\ncluster.tls.insecure = true", "cluster.etcd.endpoints.1: ")]
    [TestCase("cluster.enabled = true\ncluster.etcd.endpoints.1 = http://x:1", "cluster.tls.certfile: ")]
    [TestCase("cluster.enabled = true\ncluster.etcd.endpoints.1 = http://x:1\ncluster.tls.certfile = /nowhere.pem", "cluster.tls.")]
    [TestCase(Complete + "cluster.advertise = host", "cluster.advertise: ")]
    public void A_setting_that_is_missing_or_wrong_stops_the_start(string lines, string error)
    {
        var configuration = ConfigurationOf.File(lines);
        ClusterChecks.Run(configuration);

        Assert.That(configuration.Errors, Has.One.StartsWith(error));
    }

    [TestCase("")]
    [TestCase("cluster.enabled = false\ncluster.advertise = host")]
    [TestCase(Complete)]
    [TestCase(Complete + "cluster.advertise = [::1]:25672")]
    public void A_complete_configuration_has_no_error(string lines)
    {
        var configuration = ConfigurationOf.File(lines);
        ClusterChecks.Run(configuration);

        Assert.That(configuration.Errors, Is.Empty);
    }
}
