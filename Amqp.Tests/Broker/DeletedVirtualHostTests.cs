using Amqp.Server.Management.Resources;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>A virtual host is deleted while another thread still uses the object that represents it.</summary>
public class DeletedVirtualHostTests
{
    [Test]
    public async Task A_list_of_all_bindings_goes_on_without_those_of_a_virtual_host_that_is_deleted_meanwhile()
    {
        await using var bare = new BareBroker();
        bare.Declare("q");
        var host = bare.Host;
        Assert.That(BindingEndpoints.Of(host).Select(binding => binding.RoutingKey), Is.EqualTo(new[] { "q" }));

        bare.Broker.VirtualHosts.Delete("/");

        Assert.That(BindingEndpoints.Of(host), Is.Empty);
    }
}
