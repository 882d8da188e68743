namespace Amqp.Server.Migration;

/// <summary>A message after <see cref="MessageScreen"/> has looked at it.</summary>
/// <param name="EncodedProperties">The properties to publish.</param>
/// <param name="IsRefused">True if the target would refuse the message.</param>
/// <param name="HasFurtherKeys">True if the header CC would send the message to further queues.</param>
/// <param name="HasExpiration">True if the message has a time to live of its own.</param>
internal readonly record struct ScreenedMessage(
    byte[] EncodedProperties, bool IsRefused = false, bool HasFurtherKeys = false, bool HasExpiration = false);
