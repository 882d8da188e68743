namespace Amqp.Server.Management.Http;

/// <summary>The login, tag and permission that a resource demands.</summary>
internal enum Access
{
    /// <summary>No login.</summary>
    Anyone,

    /// <summary>The tag management, or a tag that includes the tag management.</summary>
    Management,

    /// <summary>For administrators, and for users with the tag management and a permission in the virtual host of the address.</summary>
    /// <remarks>Operations on queues, exchanges or messages require the permission from administrators, too.</remarks>
    VirtualHost,

    /// <summary>
    /// For the tag monitoring, and for users with the tag management and a permission in the virtual host. Read-only resources only.
    /// </summary>
    VirtualHostView,

    /// <summary>
    /// The tag administrator; or the tag policymaker, and a permission in the virtual host of the address, if there is one.
    /// </summary>
    PolicyMaker,

    /// <summary>The tag monitoring.</summary>
    Monitoring,

    /// <summary>The tag administrator.</summary>
    Administrator,
}
