using Amqp.Server.Broker.Access;

namespace Amqp.Tests.Security;

/// <summary>Each user tag gives the same rights as in RabbitMQ.</summary>
public sealed class UserTagsTests
{
    [TestCase("", false, false, false, false, false)]
    [TestCase("something", false, false, false, false, false)]
    [TestCase("management", true, false, false, false, false)]
    [TestCase("policymaker", true, true, false, false, false)]
    [TestCase("monitoring", true, false, true, false, false)]
    [TestCase("administrator", true, true, true, true, false)]
    [TestCase("impersonator", false, false, false, false, true)]
    [TestCase("management, impersonator ,,management", true, false, false, false, true)]
    [TestCase("Administrator", false, false, false, false, false)]
    public void Tags_say_what_someone_may_do(
        string tags, bool isManager, bool isPolicymaker, bool isMonitor, bool isAdministrator, bool isImpersonator)
    {
        var read = UserTags.Parse(tags);

        Assert.That(
            (read.IsManager, read.IsPolicymaker, read.IsMonitor, read.IsAdministrator, read.IsImpersonator),
            Is.EqualTo((isManager, isPolicymaker, isMonitor, isAdministrator, isImpersonator)));
        Assert.That(UserTags.Parse($"{read}").Names, Is.EqualTo(read.Names));
    }
}
