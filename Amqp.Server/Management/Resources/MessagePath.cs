using System.Globalization;
using Amqp.Server.Management.Http;
using Amqp.Storage.Messages;

namespace Amqp.Server.Management.Resources;

/// <summary>The message that a URL names.</summary>
internal static class MessagePath
{
    /// <summary>Reads the id of a message, such as <c>3-17</c>, from the URL.</summary>
    /// <exception cref="ApiException">404: no message can have this id.</exception>
    public static MessagePlace Read(ApiRequest request) =>
        request.Name("message").Split('-') is [var queue, var sequence]
            && uint.TryParse(queue, NumberStyles.None, CultureInfo.InvariantCulture, out uint number)
            && long.TryParse(sequence, NumberStyles.None, CultureInfo.InvariantCulture, out long place)
            ? new MessagePlace(number, place)
            : throw ApiException.NotFound();
}
