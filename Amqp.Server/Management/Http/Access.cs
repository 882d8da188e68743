namespace Amqp.Server.Management.Http;

/// <summary>The login, tag and permission that a resource demands.</summary>
internal enum Access
{
    /// <summary>No login.</summary>
    Anyone,

    /// <summary>The tag management, or a tag that includes it.</summary>
    Management,

    /// <summary>The tag management and a permission in the virtual host of the address; or the tag administrator.</summary>
    /// <remarks>
    /// An operation on queues, exchanges or messages demands the permission from administrators too
    /// (<see cref="ApiRequest.OpenSession"/>).
    /// </remarks>
    VirtualHost,

    /// <summary>
    /// The tag management and a permission in the virtual host of the address; or the tag monitoring. For read-only resources.
    /// </summary>
    VirtualHostView,

    /// <summary>The tag policymaker and a permission in the virtual host, if the address names one; or the tag administrator.</summary>
    PolicyMaker,

    /// <summary>The tag monitoring.</summary>
    Monitoring,

    /// <summary>The tag administrator.</summary>
    Administrator,
}
