using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Amqp.Server.Broker.Access;

namespace Amqp.Server.Management.Http;

/// <summary>Who has logged in at <c>/api/login</c>, each known by a random token that the browser keeps and pages cannot read.</summary>
/// <remarks>
/// Thread-safe. Only digests of the tokens are kept. A session ends when its time is over, with a logout, a new password of its user or the user's
/// deletion, and with the process. Beyond the limit the oldest ends of the user who has most: nobody logs others out by logging in.
/// </remarks>
/// <param name="lifetime">How long one holds, from the login on.</param>
/// <param name="most">How many may hold.</param>
/// <param name="clock">Says when they end.</param>
internal sealed class LoginSessions(TimeSpan lifetime, int most, TimeProvider clock)
{
    private const int TokenSize = 32;

    private readonly Dictionary<UInt128, LoginSession> _sessions = [];
    private readonly Lock _gate = new();

    /// <summary>How long one holds.</summary>
    public TimeSpan Lifetime => lifetime;

    /// <summary>How many hold, the ones included whose time is over and that nobody has asked for since.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _sessions.Count;
        }
    }

    /// <summary>Begins a session.</summary>
    /// <returns>Its token: whoever has it is that user.</returns>
    public string Begin(User user)
    {
        string token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenSize));
        byte[] digest = DigestOf(token);
        lock (_gate)
        {
            MakeRoom();
            _sessions.Add(KeyOf(digest), new LoginSession(digest, user.Name, user.PasswordHash, clock.GetTimestamp()));
        }
        return token;
    }

    /// <summary>The user whose session has this token; null when there is none, or it is over.</summary>
    public string? Find(string token, UserStore users)
    {
        byte[] digest = DigestOf(token);
        lock (_gate)
        {
            if (!TryFind(digest, out var session))
                return null;
            if (!IsOver(session) && users.Find(session.User) is { } user && IsSame(user.PasswordHash, session.Password))
                return session.User;
            _sessions.Remove(KeyOf(digest));
            return null;
        }
    }

    /// <summary>Ends the session with this token, if there is one.</summary>
    public void End(string token)
    {
        byte[] digest = DigestOf(token);
        lock (_gate)
        {
            if (TryFind(digest, out _))
                _sessions.Remove(KeyOf(digest));
        }
    }

    /// <summary>Ends all sessions of a user.</summary>
    public void EndAll(string user) => RemoveWhere(session => session.User == user);

    /// <summary>The place of a digest. It tells nobody anything about a token how long it takes to find none there.</summary>
    private static UInt128 KeyOf(ReadOnlySpan<byte> digest) => System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(digest);

    private static byte[] DigestOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private static bool IsSame(PasswordHash one, PasswordHash other) => one.Algorithm == other.Algorithm && one.Octets.SequenceEqual(other.Octets);

    private bool TryFind(byte[] digest, out LoginSession session) =>
        _sessions.TryGetValue(KeyOf(digest), out session!) && CryptographicOperations.FixedTimeEquals(session.Digest, digest);

    private bool IsOver(LoginSession session) => clock.GetElapsedTime(session.BegunAt) >= lifetime;

    private void MakeRoom()
    {
        if (_sessions.Count < most)
            return;
        RemoveWhere(IsOver);
        if (_sessions.Count < most)
            return;
        var ofOne = _sessions.GroupBy(entry => entry.Value.User).MaxBy(group => group.Count())!;
        _sessions.Remove(ofOne.MinBy(entry => entry.Value.BegunAt).Key);
    }

    private void RemoveWhere(Func<LoginSession, bool> isMeant)
    {
        lock (_gate)
            foreach (var (key, _) in _sessions.Where(entry => isMeant(entry.Value)).ToList())
                _sessions.Remove(key);
    }

    /// <param name="Digest">That of the token.</param>
    /// <param name="User">Who logged in.</param>
    /// <param name="Password">What the password was; another ends the session.</param>
    /// <param name="BegunAt">On the clock.</param>
    private sealed record LoginSession(byte[] Digest, string User, PasswordHash Password, long BegunAt);
}
