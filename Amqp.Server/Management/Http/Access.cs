namespace Amqp.Server.Management.Http;

/// <summary>The login, tag and permission that a resource requires.</summary>
internal enum Access
{
    /// <summary>No login is required.</summary>
    Anyone,

    /// <summary>The tag management, or a tag that includes the tag management.</summary>
    Management,

    /// <summary>Either the tag administrator, or the tag management and a permission in the virtual host of the URL.</summary>
    /// <remarks>
    /// For operations on queues, exchanges or messages, the tag administrator is not enough: an administrator also needs the permission.
    /// </remarks>
    VirtualHost,

    /// <summary>
    /// Either the tag monitoring, or the tag management and a permission in the virtual host of the URL. Used for read-only resources.
    /// </summary>
    VirtualHostView,

    /// <summary>
    /// Either the tag administrator, or the tag policymaker and a permission in the virtual host of the URL. If the URL has no virtual
    /// host, the tag policymaker is enough.
    /// </summary>
    PolicyMaker,

    /// <summary>The tag monitoring.</summary>
    Monitoring,

    /// <summary>The tag administrator.</summary>
    Administrator,
}
