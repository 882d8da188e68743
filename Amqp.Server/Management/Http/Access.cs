namespace Amqp.Server.Management.Http;

/// <summary>The login, tag and permission that a resource demands.</summary>
internal enum Access
{
    /// <summary>No login.</summary>
    Anyone,

    /// <summary>The tag management, or a tag that includes the tag management.</summary>
    Management,

    /// <summary>The tag administrator; or the tag management, together with a permission in the virtual host of the address.</summary>
    /// <remarks>
    /// An operation on queues, exchanges or messages demands the permission from administrators too
    /// (<see cref="ApiRequest.OpenSession"/>).
    /// </remarks>
    VirtualHost,

    /// <summary>
    /// The tag monitoring; or the tag management, together with a permission in the virtual host of the address. For read-only resources.
    /// </summary>
    VirtualHostView,

    /// <summary>
    /// The tag administrator; or the tag policymaker, together with a permission in the virtual host if the address names one.
    /// </summary>
    PolicyMaker,

    /// <summary>The tag monitoring.</summary>
    Monitoring,

    /// <summary>The tag administrator.</summary>
    Administrator,
}
