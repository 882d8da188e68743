using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Amqp.Server.Broker.Access;

namespace Amqp.Server.Management.Http;

/// <summary>
/// The sessions of users who have logged in at <c>/api/session</c> or <c>/api/login</c>. Each session has a random token in a
/// <see cref="LoginCookie"/>. Thread-safe.
/// </summary>
/// <remarks>
/// A session ends early if its user is deleted or gets a new password or other tags. If the maximum number of sessions is open, a login
/// ends a session: the oldest of the user who has the most sessions. One lock guards all sessions.
/// </remarks>
/// <param name="lifetime">Time from the login until a session expires.</param>
/// <param name="most">Maximum number of sessions.</param>
/// <param name="clock">Measures the lifetime.</param>
internal sealed class LoginSessions(TimeSpan lifetime, int most, TimeProvider clock)
{
    private const int TokenSize = 32;

    private readonly Dictionary<UInt128, LoginSession> _sessions = [];
    private readonly Lock _gate = new();

    /// <summary>Time from the login until a session expires.</summary>
    public TimeSpan Lifetime => lifetime;

    /// <summary>A session without a request for this time ends.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.MaxValue;

    /// <summary>Number of sessions, including expired ones that have not been removed yet.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _sessions.Count;
        }
    }

    /// <summary>Begins a session.</summary>
    /// <returns>Token of the session. A request with this token is authenticated as the user.</returns>
    public string Begin(User user)
    {
        string token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenSize));
        byte[] digest = DigestOf(token);
        lock (_gate)
        {
            MakeRoom();
            _sessions.Add(KeyOf(digest), new LoginSession(digest, user, clock.GetTimestamp()));
        }
        return token;
    }

    /// <summary>
    /// Returns the name of the user whose session has this token; null if there is no such session, or if the session has ended. The
    /// session counts as used now.
    /// </summary>
    public string? Find(string token, UserStore users)
    {
        byte[] digest = DigestOf(token);
        lock (_gate)
        {
            if (!TryFind(digest, out var session))
                return null;
            if (!IsOver(session) && users.Find(session.User.Name) is { } user && IsSame(user, session.User))
            {
                session.UsedAt = clock.GetTimestamp();
                return user.Name;
            }
            _sessions.Remove(KeyOf(digest));
            return null;
        }
    }

    /// <summary>
    /// Returns the time at which the session with this token ends even if it is used, or null if there is no such session.
    /// </summary>
    public DateTimeOffset? EndOf(string token)
    {
        byte[] digest = DigestOf(token);
        lock (_gate)
            return TryFind(digest, out var session) ? clock.GetUtcNow() + lifetime - clock.GetElapsedTime(session.BegunAt) : null;
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
    public void EndAll(string user) => RemoveWhere(session => session.User.Name == user);

    /// <summary>
    /// Returns the key of a session: the first 16 bytes of the token's digest. Measuring how long a look-up by digest takes reveals nothing
    /// about tokens.
    /// </summary>
    private static UInt128 KeyOf(ReadOnlySpan<byte> digest) => System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(digest);

    private static byte[] DigestOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private static bool IsSame(User one, User other) =>
        one.PasswordHash.Algorithm == other.PasswordHash.Algorithm
            && one.PasswordHash.Octets.SequenceEqual(other.PasswordHash.Octets)
            && one.Tags.Names.SequenceEqual(other.Tags.Names);

    private bool TryFind(byte[] digest, out LoginSession session) =>
        _sessions.TryGetValue(KeyOf(digest), out session!) && CryptographicOperations.FixedTimeEquals(session.Digest, digest);

    private bool IsOver(LoginSession session) =>
        clock.GetElapsedTime(session.BegunAt) >= lifetime || clock.GetElapsedTime(session.UsedAt) >= IdleTimeout;

    private void MakeRoom()
    {
        if (_sessions.Count < most)
            return;
        RemoveWhere(IsOver);
        if (_sessions.Count < most)
            return;
        var ofOne = _sessions.GroupBy(entry => entry.Value.User.Name).MaxBy(group => group.Count())!;
        _sessions.Remove(ofOne.MinBy(entry => entry.Value.BegunAt).Key);
    }

    private void RemoveWhere(Func<LoginSession, bool> isRemoved)
    {
        lock (_gate)
            foreach (var (key, _) in _sessions.Where(entry => isRemoved(entry.Value)).ToList())
                _sessions.Remove(key);
    }

    /// <param name="digest">Digest of the token.</param>
    /// <param name="user">The user at the time of the login. The session ends if the password hash or the tags change.</param>
    /// <param name="begunAt">Time of the login, as a timestamp of the clock.</param>
    private sealed class LoginSession(byte[] digest, User user, long begunAt)
    {
        public byte[] Digest => digest;

        public User User => user;

        public long BegunAt { get; } = begunAt;

        /// <summary>Time of the last request, as a timestamp of the clock.</summary>
        public long UsedAt { get; set; } = begunAt;
    }
}
