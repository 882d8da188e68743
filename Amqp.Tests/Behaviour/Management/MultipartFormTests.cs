using System.Text;
using Amqp.Server.Management.Http;

namespace Amqp.Tests.Behaviour.Management;

public sealed class MultipartFormTests
{
    [TestCase("multipart/form-data; boundary=b")]
    [TestCase("multipart/form-data; boundary=\"b\"")]
    [TestCase("Multipart/Form-Data; Boundary=b; charset=utf-8")]
    public void A_field_is_what_stands_between_its_head_and_the_next_boundary(string contentType)
    {
        var form = MultipartForm.Parse(contentType, Encoding.UTF8.GetBytes(
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"redirect\"\r\nContent-Type: text/plain\r\n\r\n"
                + "one\r\n\r\ntwo\r\n\r\n--b\r\nContent-Disposition: form-data; name=\"redirect\"\r\n\r\n\r\n--b--\r\n"))!;

        Assert.That(Encoding.UTF8.GetString(form.Field("file").Span), Is.EqualTo("one\r\n\r\ntwo\r\n"));
        Assert.That((form.Text("redirect"), form.Text("name")), Is.EqualTo(("", (string?)null)));
        Assert.That(() => form.Field("name"), Throws.TypeOf<ApiException>().With.Message.EqualTo("no name in the form"));
    }

    [TestCase("multipart/form-data", "--b\r\nname=\"file\"\r\n\r\nx\r\n--b--")]
    [TestCase("multipart/form-data; boundary=b", "--b\r\nname=\"file\"\r\n\r\nx")]
    [TestCase("multipart/form-data; boundary=b", "--b\r\nname=\"file\"\r\n\r\n--b--")]
    [TestCase("multipart/form-data; boundary=b", "--b\r\nname=\"file\"--b\r\n\r\nx")]
    [TestCase("multipart/form-data; boundary=b", "")]
    public void A_form_that_is_cut_short_has_no_such_field(string contentType, string body) =>
        Assert.That(MultipartForm.Parse(contentType, Encoding.UTF8.GetBytes(body))!.Text("file"), Is.Null);

    [TestCase(null)]
    [TestCase("application/json")]
    public void What_is_no_form_is_none(string? contentType) => Assert.That(MultipartForm.Parse(contentType, default), Is.Null);
}
