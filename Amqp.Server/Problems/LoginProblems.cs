using System.Net;
using Amqp.Server.Broker.Access;
using Amqp.Server.Configuration;
using Amqp.Server.Connections;

namespace Amqp.Server.Problems;

/// <summary>Finds users with a well-known password who can log in from other machines. Used by one thread at a time.</summary>
/// <param name="users">All users.</param>
/// <param name="options">Users who can log in only from this machine.</param>
/// <param name="listeners">Returns the addresses on which the broker listens.</param>
internal sealed class LoginProblems(UserStore users, BrokerOptions options, Func<IEnumerable<NodeListener>> listeners)
{
    private const string Guest = "guest";

    private (PasswordHash Hash, bool IsKnown) _checked = (PasswordHash.None, false);

    public IEnumerable<ProblemGroup> Find()
    {
        if (users.Find(Guest) is not { PasswordHash: { IsEmpty: false } hash }
            || options.Access.LoopbackUsers.Contains(Guest)
            || listeners().All(listener => IPAddress.IsLoopback(listener.EndPoint.Address)))
            return [];
        if (!ReferenceEquals(hash, _checked.Hash))
            _checked = (hash, hash.Verify(Guest));
        if (!_checked.IsKnown)
            return [];
        var problem = new Problem(
            "default_password", Severity.Info, "user", Guest,
            "The user 'guest' has the default password, and can log in from other machines.",
            "Give it another password, delete it, or set loopback_users.guest = true.");
        return [ProblemGroup.Of(problem, Audience.Administrator)];
    }
}
