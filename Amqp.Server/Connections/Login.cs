using Amqp.Protocol;
using Amqp.Server.Broker.Access;
using Amqp.Server.Configuration;

namespace Amqp.Server.Connections;

/// <summary>Finds out who a client is, by what it says in connection.start-ok and by its certificate.</summary>
internal sealed class Login(ConnectionPeer peer, UserStore users, BrokerOptions options)
{
    /// <summary>The mechanisms of connection.start, space-separated.</summary>
    public string Mechanisms => string.Join(' ', SaslMechanisms.All.Where(IsOffered));

    /// <summary>Who it is.</summary>
    /// <param name="startOk">What the client answered to connection.start.</param>
    /// <param name="user">The user; null when refused.</param>
    /// <param name="name">The name that was claimed; empty when there was none.</param>
    /// <param name="refusal">Why the client was refused, for the log.</param>
    /// <returns>False when it made no sense at all: an unknown mechanism, or a response that is none of it.</returns>
    public bool TryRead(in ConnectionStartOk startOk, out User? user, out string name, out string refusal)
    {
        (user, name, refusal) = (null, "", "malformed response or unknown mechanism");
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

    /// <summary>True for a mechanism that the configuration allows; a certificate says who somebody is only if it was checked.</summary>
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
