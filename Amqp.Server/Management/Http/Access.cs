namespace Amqp.Server.Management.Http;

/// <summary>The login, tag and permission that a resource requires.</summary>
internal enum Access
{
    /// <summary>No login.</summary>
    Anyone,

    /// <summary>The tag management, or a tag that includes the tag management.</summary>
    Management,

    /// <summary>For administrators; and for users with the tag management and a permission in the virtual host of the URL.</summary>
    /// <remarks>For operations on queues, exchanges or messages, administrators need the permission too.</remarks>
    VirtualHost,

    /// <summary>
    /// For users with the tag monitoring; and for users with the tag management and a permission in the virtual host of the URL. Used for
    /// resources that can only be read.
    /// </summary>
    VirtualHostView,

    /// <summary>
    /// For administrators; and for users with the tag policymaker and a permission in the virtual host of the URL. A URL without a virtual
    /// host requires no permission.
    /// </summary>
    PolicyMaker,

    /// <summary>The tag monitoring.</summary>
    Monitoring,

    /// <summary>The tag administrator.</summary>
    Administrator,
}
