using Amqp.Protocol;
using Amqp.Server.Broker.Access;
using Amqp.Server.Configuration;

namespace Amqp.Server.Connections;

/// <summary>
/// Authenticates a client. EXTERNAL uses the client's certificate. Other mechanisms use connection.start-ok. A client within the broker's
/// own process may need no login.
/// </summary>
internal sealed class Login(ConnectionPeer peer, UserStore users, BrokerOptions options)
{
    /// <summary>The mechanisms to offer in connection.start, separated by spaces.</summary>
    public string Mechanisms => string.Join(' ', SaslMechanisms.All.Where(IsOffered));

    /// <summary>Authenticates the client.</summary>
    /// <param name="startOk">The client's answer to connection.start.</param>
    /// <param name="user">The user; null if the login is refused.</param>
    /// <param name="name">The user name that the client gave; empty if the client gave none.</param>
    /// <param name="refusal">Reason for a refused login, for the log.</param>
    /// <returns>True if the mechanism is offered and the response is well-formed, even if the login is refused.</returns>
    public bool TryRead(in ConnectionStartOk startOk, out User? user, out string name, out string refusal)
    {
        (user, name, refusal) = (peer.LocalUser, peer.LocalUser?.Name ?? "", "malformed response or unknown mechanism");
        if (user is not null)
            return true;
        if (!IsOffered(startOk.Mechanism))
            return false;
        if (startOk.Mechanism == SaslMechanisms.External)
        {
            (user, name, refusal) = ReadCertificate();
            return true;
        }
        if (SaslMechanisms.Read(startOk.Mechanism, startOk.Response) is not var (claimed, password))
            return false;
        name = claimed;
        user = users.Authenticate(name, password, peer.IsLoopback, out refusal);
        return true;
    }

    /// <summary>True if the configuration allows the mechanism. EXTERNAL also needs TLS with verification of client certificates.</summary>
    private bool IsOffered(string mechanism) =>
        options.Access.AuthenticationMechanisms.Contains(mechanism)
        && (mechanism != SaslMechanisms.External || (peer.IsTls && options.Tls.VerifyPeer));

    private (User?, string, string) ReadCertificate()
    {
        if (peer.Certificate is null)
            return (null, "", "connection peer presented no TLS (x.509) certificate");
        if (CertificateUser.NameIn(peer.Certificate, options.Tls) is not { } name)
            return (null, "", "no name found in the client's certificate");
        var user = users.Admit(name, peer.IsLoopback, out string refusal);
        return (user, name, refusal);
    }
}
