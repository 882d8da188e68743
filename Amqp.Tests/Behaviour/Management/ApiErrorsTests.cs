using Amqp.Server.Broker.DefinitionFiles;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Management.Http;
using Amqp.Storage.Faults;
using Microsoft.AspNetCore.Http;

namespace Amqp.Tests.Behaviour.Management;

/// <summary>The HTTP API returns the right status and reason for each kind of failure.</summary>
public sealed class ApiErrorsTests
{
    private static IEnumerable<TestCaseData> Errors =>
    [
        new(new BrokerException(BrokerError.NotFound, "no queue"), 404, "not_found", "no queue"),
        new(new BrokerException(BrokerError.Refused, "no"), 401, "not_authorized", "Access refused."),
        new(new BrokerException(BrokerError.NotAllowed, "no"), 401, "not_authorized", "Access refused."),
        new(new BrokerException(BrokerError.Precondition, "not empty"), 400, "bad_request", "not empty"),
        new(new BrokerException(BrokerError.Locked, "exclusive"), 400, "bad_request", "exclusive"),
        new(new ValidationException("not so"), 400, "bad_request", "Validation failed\n\nnot so\n"),
        new(new DefinitionException("a", "b"), 400, "bad_request", "a b"),
        new(new StoreFullException("no room"), 503, "service_unavailable", "no room"),
        new(new StoreFailedException("no disk"), 503, "service_unavailable", "no disk"),
        new(new BadHttpRequestException("too slow", 408), 408, "bad_request", "too slow"),
        new(new ApiException(412, "own", "reason"), 412, "own", "reason"),
    ];

    [TestCaseSource(nameof(Errors))]
    public void An_error_that_a_client_can_make_has_a_status_and_a_reason(Exception error, int status, string name, string reason)
    {
        var answered = ApiErrors.Of(error)!;

        Assert.That((answered.Status, answered.Error, string.Join(' ', answered.Reason)), Is.EqualTo((status, name, reason)));
    }

    [Test]
    public void Any_other_error_is_the_brokers_own() => Assert.That(ApiErrors.Of(new InvalidOperationException()), Is.Null);
}
